import { grouped } from '../../baselines/arms.ts';
import type { Variance } from '../../harness/statistics/moderated-variance.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { twoSidedQuantile, twoSidedTail, upperTail as upperTailOf } from '../../harness/statistics/student-t.ts';
import { gainsOf } from './arm-summary.ts';
import { spreadOfDifferences, spreadOfMeans } from './arm-variances.ts';
import { relativesOf } from './related-arms.ts';
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
  '(Student’s t) take the rest as normal, and as independent between arms that are not related. Arms that differ in ' +
  'the regularizer alone, or go on from one training, repeat one another: beside others they count as one, their mean ' +
  'has the spread that it shows, and a difference between them that of such differences. Two that go on from one ' +
  'training are compared by their own paired differences alone. An arm needs two seeds for a test.';

/** Compares any two of `arms`, of one kind, as `combinationsWithin` tests their difference. */
export function comparisonWithin(arms: readonly TestedArm[]): Compare {
  const test = combinationsWithin(arms);
  return (left, right) => test(difference(left, right));
}

/** A sum of arms' gains, each times a number: of the numbers 1 and -1 it is a difference. */
export type Combination = readonly (readonly [arm: TestedArm, times: number])[];

/** left - right. */
export function difference(left: TestedArm, right: TestedArm): Combination {
  return [
    [left, 1],
    [right, -1],
  ];
}

/**
 * Tests whether combinations of `arms`, of one kind, are zero: the mean of Σ c_a y_a over the n seeds that all of them
 * have. Each gain y is taken as arm + seed + error, fitted by least squares. Errors of arms that are not related are
 * independent; those of relatives may be one error, so that each of m relatives counts for 1/m, in the seeds' effects,
 * the degrees of freedom and the moderation. The variance is Σ_g v_g / n over the combination's groups of relatives:
 * where the numbers of a group sum to C ≠ 0, v_g is that of C times the mean of its errors, weighted by the numbers;
 * where they sum to zero, that of its sum. Of two arms that are not related it is (s̃²_left + s̃²_right) / n.
 */
export function combinationsWithin(arms: readonly TestedArm[]): (combination: Combination) => ArmTest {
  const sharers = sharersOf(arms);
  const relatives = relativesOf(arms, sharers);
  const known = new Map(arms.map((arm) => [arm, gainsOf(arm)]));
  const gains: Gains = (arm) => known.get(arm);
  const means = spreadOfMeans(arms.map((arm) => ({ values: known.get(arm)!, weight: 1 / relatives.get(arm)!.length })));
  const shareTraining = (members: readonly TestedArm[]) => {
    const group = sharers.get(members[0]!);
    return group !== undefined && members.every((arm) => sharers.get(arm) === group);
  };
  const differences = spreadOfDifferences(
    [...new Set(relatives.values())].map((group) => ({
      size: group.length,
      differences: pairsOf(group)
        .filter((pair) => !shareTraining(pair))
        .map(([left, right]) => combinedGains(difference(left, right), gains)),
    })),
  );
  const varianceOf = (terms: Combination): Variance | null => {
    const sum = terms.reduce((total, [, times]) => total + times, 0);
    const squares = terms.reduce((total, [, times]) => total + times ** 2, 0);
    const own = gainsBySeed(terms, gains);
    // Thirds and the like sum to zero but for rounding.
    if (Math.abs(sum) > 1e-9 * Math.sqrt(squares)) return means({ values: own, times: sum });
    const members = terms.map(([arm]) => arm);
    return differences({ values: [...own.values()], squares, alone: shareTraining(members) });
  };
  return (combination) =>
    test(
      combinedGains(combination, gains),
      [...grouped(combination, ([arm]) => relatives.get(arm)).values()].map(varianceOf),
    );
}

/** Every two of them. */
function pairsOf<T>(members: readonly T[]): [T, T][] {
  return members.flatMap((left, i) => members.slice(i + 1).map((right): [T, T] => [left, right]));
}

type Gains = (arm: TestedArm) => ReadonlyMap<number, number> | undefined;

/** Σ c_a y_a, at each seed that all of the arms have. */
export function combinedGains(combination: Combination, gains: Gains = gainsOf): number[] {
  return [...gainsBySeed(combination, gains).values()];
}

function gainsBySeed(combination: Combination, gains: Gains): Map<number, number> {
  const terms = combination.map(([arm, times]) => ({ times, values: gains(arm) ?? new Map<number, number>() }));
  const [first] = terms;
  const sums = [...(first?.values.keys() ?? [])].flatMap((seed) => {
    const parts = terms.flatMap(({ times, values }) => {
      const value = values.get(seed);
      return value === undefined ? [] : [times * value];
    });
    return parts.length === terms.length ? [[seed, parts.reduce((sum, part) => sum + part, 0)] as const] : [];
  });
  return new Map(sums);
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

function test(sums: readonly number[], parts: readonly (Variance | null)[]): ArmTest {
  const n = sums.length;
  const difference = mean(sums);
  const known = parts.flatMap((part) => part ?? []);
  const total = known.reduce((sum, { value }) => sum + value, 0);
  if (n < 2 || difference === null || known.length < parts.length || !(total > 0)) {
    return { n, difference, t: null, df: null, standardError: null };
  }
  const standardError = Math.sqrt(total / n);
  // The prior, which all have in common, counts once.
  const df = Math.min(...known.map((variance) => variance.df));
  return { n, difference, t: difference / standardError, df, standardError };
}
