import type { Variance } from '../../harness/statistics/moderated-variance.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { twoSidedQuantile, twoSidedTail, upperTail as upperTailOf } from '../../harness/statistics/student-t.ts';
import { gainsOf } from './arm-summary.ts';
import { variancesOf } from './arm-variances.ts';
import { sharersOf } from './shared-training.ts';
import type { TestedArm } from './tested-arm.ts';

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
export type Compare = (left: TestedArm, right: TestedArm) => ArmTest;

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
export function comparisonWithin(arms: readonly TestedArm[]): Compare {
  const sharers = sharersOf(arms);
  const apart = combinationsOf(arms, weightIn(sharers));
  return (left, right) => {
    const shared = sharers.get(left);
    const together = shared !== undefined && shared === sharers.get(right);
    return (together ? combinationsOf([left, right], () => 1) : apart)(difference(left, right));
  };
}

/** A sum of arms' gains, each times a number: of the numbers 1 and -1 it is a difference. */
export type Combination = readonly (readonly [arm: TestedArm, times: number])[];

/**
 * Tests whether combinations of `arms`, of one kind, are zero: Σ c_a y_a over the n seeds that all of them have, as
 * `comparisonWithin` takes gains to be. Its variance is Σ c_a² s̃²_a / n.
 */
export function combinationsWithin(arms: readonly TestedArm[]): (combination: Combination) => ArmTest {
  return combinationsOf(arms, weightIn(sharersOf(arms)));
}

/** left - right. */
export function difference(left: TestedArm, right: TestedArm): Combination {
  return [
    [left, 1],
    [right, -1],
  ];
}

/** How many arms one counts for: m that share their training count as one. */
function weightIn(sharers: ReturnType<typeof sharersOf>): (arm: TestedArm) => number {
  return (arm) => 1 / (sharers.get(arm)?.length ?? 1);
}

/** @param weightOf how many arms one counts for */
function combinationsOf(arms: readonly TestedArm[], weightOf: (arm: TestedArm) => number) {
  const fitted = arms.map((arm) => ({ values: gainsOf(arm), weight: weightOf(arm) }));
  const variances = variancesOf(fitted);
  const valuesOf = new Map(arms.map((arm, i) => [arm, fitted[i]?.values]));
  const varianceOf = new Map(arms.map((arm, i) => [arm, variances?.[i] ?? null]));
  return (combination: Combination): ArmTest => {
    return test(
      combinedGains(combination, (arm) => valuesOf.get(arm)),
      combination.map(([arm, times]) => ({ times, variance: varianceOf.get(arm) ?? null })),
    );
  };
}

/** Σ c_a y_a, at each seed that all of the arms have. */
export function combinedGains(
  combination: Combination,
  gains: (arm: TestedArm) => ReadonlyMap<number, number> | undefined = gainsOf,
): number[] {
  const terms = combination.map(([arm, times]) => ({ times, values: gains(arm) ?? new Map<number, number>() }));
  const [first] = terms;
  return [...(first?.values.keys() ?? [])].flatMap((seed) => {
    const parts = terms.flatMap(({ times, values }) => {
      const value = values.get(seed);
      return value === undefined ? [] : [times * value];
    });
    return parts.length === terms.length ? [parts.reduce((sum, part) => sum + part, 0)] : [];
  });
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
export function intervalOf({
  difference,
  df,
  standardError,
}: Pick<ArmTest, 'difference' | 'df' | 'standardError'>): [number, number] | null {
  if (difference === null || df === null || standardError === null) return null;
  const reach = twoSidedQuantile(0.05, df) * standardError;
  return [difference - reach, difference + reach];
}

function test(sums: readonly number[], terms: readonly { times: number; variance: Variance | null }[]): ArmTest {
  const n = sums.length;
  const difference = mean(sums);
  const variances = terms.flatMap(({ variance }) => variance ?? []);
  if (n < 2 || difference === null || variances.length < terms.length) {
    return { n, difference, t: null, df: null, standardError: null };
  }
  const total = terms.reduce((sum, { times, variance }) => sum + times ** 2 * (variance?.value ?? 0), 0);
  const standardError = Math.sqrt(total / n);
  // The prior, which all have in common, counts once.
  const df = Math.min(...variances.map((variance) => variance.df));
  return { n, difference, t: difference / standardError, df, standardError };
}
