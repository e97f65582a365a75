import { holm } from '../../harness/statistics/holm.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { quantile, upperTail } from '../../harness/statistics/student-t.ts';
import { numbers, type Sample, type Spread } from './spread.ts';

/** A change of a mean, such that more is better. */
export interface Estimate {
  /** mean(measured) - mean(accepted). */
  change: number;
  standardError: number;
  df: number;
  /** δ: a smaller loss does not count. */
  margin: number;
}

/** What an estimate says at its level. */
export type Call = 'regressed' | 'better' | 'pass' | 'inconclusive';

/** An estimate among others that are tested with it. */
export interface Judgement extends Estimate {
  call: Call;
  /** Of the one-sided test whether it fell, corrected over the estimates (Holm). */
  p: number;
  /** Upper 95 % bound of the loss. */
  largestLoss: number;
}

/** √(1/B + 1/n), what the standard deviation is multiplied by to be the standard error of a difference of means. */
export function scaleOf(accepted: number, measured: number): number {
  return Math.sqrt(1 / accepted + 1 / measured);
}

/** The change of an arm's mean; null: a side has no value, or nothing tells how much the arm spreads. */
export function estimateOf({ accepted, measured }: Sample, spread: Spread | null, margin: number): Estimate | null {
  const [before, after] = [mean(numbers(accepted)), mean(numbers(measured))];
  if (before === null || after === null || spread === null) return null;
  const standardError = spread.sd * scaleOf(accepted.length, measured.length);
  const change = after - before;
  return Number.isFinite(change) && standardError > 0 ? { change, standardError, df: spread.df, margin } : null;
}

/**
 * Calls estimates that are tested together. `regressed`: the one-sided t-test is significant at its level over all of
 * them (Holm), and the estimate is a loss of more than δ/2: asking for δ would halve the power at a loss of δ.
 * `better`: the mirrored test. `pass`: the upper 95 % bound of the loss is below δ. Else `inconclusive`.
 */
export function judge(estimates: readonly (Estimate | null)[], levelOf: (at: number) => number): (Judgement | null)[] {
  const tailsOf = (sign: 1 | -1) =>
    holm(estimates.map((of) => (of === null ? null : upperTail((sign * of.change) / of.standardError, of.df))));
  const [falls, rises] = [tailsOf(-1), tailsOf(1)];
  // Arms of as many seeds have as many degrees of freedom.
  const dfs = new Set(estimates.flatMap((estimate) => estimate?.df ?? []));
  const upper = new Map([...dfs].map((df) => [df, quantile(0.95, df)]));
  return estimates.map((estimate, at) => {
    if (estimate === null) return null;
    const { change, standardError, df, margin } = estimate;
    const [p, rise] = [falls[at] ?? 1, rises[at] ?? 1];
    const largestLoss = -change + upper.get(df)! * standardError;
    const level = levelOf(at);
    const call = (): Call => {
      if (p <= level && -change > margin / 2) return 'regressed';
      if (rise <= level && change > margin / 2) return 'better';
      return largestLoss < margin ? 'pass' : 'inconclusive';
    };
    return { ...estimate, call: call(), p, largestLoss };
  });
}
