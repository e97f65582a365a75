import type { Variance } from '../../harness/statistics/moderated-variance.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { twoSidedQuantile, twoSidedTail, upperTail as upperTailOf } from '../../harness/statistics/student-t.ts';
import { type ArmSummary, differencesOf, gainsOf } from './arm-summary.ts';
import { variancesOf } from './arm-variances.ts';
import { sharersOf } from './shared-training.ts';

/** One arm's gains against another's. Null: not measured, or not enough seeds for a test. */
export interface ArmTest {
  /** Shared seeds. */
  n: number;
  /** Mean of left - right over them: positive where left is better. */
  difference: number | null;
  /** difference / standardError, of Student's distribution with `df` degrees of freedom. */
  t: number | null;
  df: number | null;
  standardError: number | null;
}

/** Tests one arm against another. */
export type Compare = (left: ArmSummary, right: ArmSummary) => ArmTest;

/** What the sections that test say of how they do it. */
export const testAssumptions =
  'Differences are paired over shared seeds, which share order and augmentation of the data. A few seeds give no ' +
  'variance of their own, so each arm’s is moderated by those of the arms beside it (empirical Bayes, Smyth 2004), ' +
  'but never below what the arm itself shows, after taking out what a seed changes in all arms alike; the tests ' +
  '(Student’s t) take the rest as normal and independent. Arms that prune one dense training of each seed repeat one ' +
  'another: beside others they count as one, and two of them are compared by their own paired differences alone. An arm ' +
  'needs two seeds for a test.';

/**
 * Compares any two of `arms`, of one kind. Each gain is taken as arm + seed + error, fitted by least squares; the
 * errors' variance is the arm's own, moderated over `arms`. A difference over n shared seeds then has variance
 * (s̃²_left + s̃²_right) / n.
 *
 * The errors of m arms that go on from one training of each seed are one error, m times: each of them counts for 1/m, in
 * the seeds' effects, the degrees of freedom and the moderation. Two such arms are compared without all others, by the
 * plain paired t-test: how much two of them share is their own.
 */
export function comparisonWithin(arms: readonly ArmSummary[]): Compare {
  const sharers = sharersOf(arms);
  const apart = comparisonOf(arms, (arm) => 1 / (sharers.get(arm)?.length ?? 1));
  return (left, right) => {
    const shared = sharers.get(left);
    const together = shared !== undefined && shared === sharers.get(right);
    return (together ? comparisonOf([left, right], () => 1) : apart)(left, right);
  };
}

/** @param weightOf how many arms one counts for */
function comparisonOf(arms: readonly ArmSummary[], weightOf: (arm: ArmSummary) => number): Compare {
  const fitted = arms.map((arm) => ({ values: gainsOf(arm), weight: weightOf(arm) }));
  const variances = variancesOf(fitted);
  const valuesOf = new Map(arms.map((arm, i) => [arm, fitted[i]?.values]));
  const varianceOf = new Map(arms.map((arm, i) => [arm, variances?.[i] ?? null]));
  return (left, right) => {
    const differences = differencesOf(valuesOf.get(left) ?? new Map(), valuesOf.get(right) ?? new Map());
    return test(differences, varianceOf.get(left) ?? null, varianceOf.get(right) ?? null);
  };
}

/** P(T ≥ t): small where left is better than right. */
export function upperTail({ t, df }: ArmTest): number | null {
  if (t === null || df === null) return null;
  return upperTailOf(t, df);
}

/** Two-sided. */
export function twoSidedP({ t, df }: ArmTest): number | null {
  return t === null || df === null ? null : twoSidedTail(t, df);
}

/** 95 % confidence interval of the difference, not corrected for other tests. */
export function intervalOf({ difference, df, standardError }: ArmTest): [number, number] | null {
  if (difference === null || df === null || standardError === null) return null;
  const reach = twoSidedQuantile(0.05, df) * standardError;
  return [difference - reach, difference + reach];
}

function test(differences: readonly number[], left: Variance | null, right: Variance | null): ArmTest {
  const n = differences.length;
  const difference = mean(differences);
  if (n < 2 || difference === null || !left || !right) return { n, difference, t: null, df: null, standardError: null };
  const standardError = Math.sqrt((left.value + right.value) / n);
  // The prior, which both have in common, counts once.
  return { n, difference, t: difference / standardError, df: Math.min(left.df, right.df), standardError };
}
