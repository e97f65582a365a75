import { holm, significance } from '../../harness/statistics/holm.ts';
import { pooledVariance } from '../../harness/statistics/mean-tests.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { effectFound } from '../../harness/statistics/power.ts';
import { quantile, twoSidedQuantile, upperTail } from '../../harness/statistics/student-t.ts';

/** Logarithms of one ratio of times, one a launch. */
export interface LaunchSamples {
  accepted: readonly number[];
  measured: readonly number[];
}

/** Fewer accepted launches of an arm tell too little of what they have in common. */
export const fewestLaunches = 3;

/** How the launches of one arm compare. */
export interface SpeedJudgement {
  /** As a fraction: 0.1 is 10 % more time. */
  slower: number;
  /** One-sided, with Holm's correction over all that were compared. */
  p: number;
  /** θ: slower by less is no regression. */
  bound: number;
  call: 'slower' | 'faster' | 'alike';
}

/** What all launches of a comparison have in common. */
export interface LaunchSpread {
  /** Of one launch, in logarithms, so that 0.02 is 2 %. */
  sd: number;
  df: number;
}

/** What clocks cannot tell apart, in logarithms: no spread is smaller. */
const resolution = 1e-3;

/** Their spread within each sample, pooled over all of them; null: no sample has two launches. */
export function launchSpread(samples: readonly LaunchSamples[]): LaunchSpread | null {
  const { value, df } = pooledVariance(...samples.flatMap(({ accepted, measured }) => [accepted, measured]));
  return df === 0 ? null : { sd: Math.max(Math.sqrt(value), resolution), df };
}

/**
 * Whether arms are slower than accepted: Student's t of the difference of means, with the spread s of a launch pooled
 * over the arms (accepted launches against each other: A/A), one-sided, Holm over the arms. `slower`: significant, and by
 * more than θ = max(`least`, half the width of the 95 % interval of an A/A difference, t_0.975 s √(1/n + 1/B)). `faster`
 * is the mirrored test.
 *
 * @returns in the order of the arms; null: not measured, or fewer than three launches accepted
 */
export function judgeLaunches(samples: readonly LaunchSamples[], least = 0.03): (SpeedJudgement | null)[] {
  const spread = launchSpread(samples);
  const compared = samples.map((sample) => (spread === null ? null : differenceOf(sample)));
  if (spread === null) return compared.map(() => null);
  const { sd, df } = spread;
  const reach = twoSidedQuantile(significance, df);
  const tails = (sign: 1 | -1) =>
    holm(compared.map((one) => (one === null ? null : upperTail((sign * one.difference) / (sd * one.scale), df))));
  const [slower, faster] = [tails(1), tails(-1)];
  return compared.map((one, at) => {
    if (one === null) return null;
    const bound = Math.max(least, Math.expm1(reach * sd * one.scale));
    const isBeyond = Math.abs(one.difference) > Math.log1p(bound);
    const p = (one.difference > 0 ? slower : faster)[at]!;
    const call = !isBeyond || p >= significance ? 'alike' : one.difference > 0 ? 'slower' : 'faster';
    return { slower: Math.expm1(one.difference), p: slower[at]!, bound, call };
  });
}

function differenceOf({ accepted, measured }: LaunchSamples): { difference: number; scale: number } | null {
  if (accepted.length < fewestLaunches || measured.length === 0) return null;
  const difference = mean(measured)! - mean(accepted)!;
  return { difference, scale: Math.sqrt(1 / measured.length + 1 / accepted.length) };
}

/** Launches of an arm on both sides, among how many arms, and with which probability a slowdown is to be found. */
export interface PlannedComparison {
  arms: number;
  accepted: number;
  measured: number;
  least?: number;
  power?: number;
}

/**
 * The smallest slowdown of one of `arms` arms that is found with a probability of `power`, as a fraction: by the
 * noncentral t, at the level of the first step of Holm's correction.
 */
export function slowdownFound(
  { sd, df }: LaunchSpread,
  { arms, accepted, measured, least = 0.03, power = 0.9 }: PlannedComparison,
): number {
  const error = sd * Math.sqrt(1 / measured + 1 / accepted);
  const bound = Math.max(Math.log1p(least), quantile(1 - significance / 2, df) * error);
  const test = { critical: quantile(1 - significance / arms, df), df, least: bound / error };
  return Math.expm1(effectFound(test, power) * error);
}
