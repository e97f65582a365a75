import { mean } from '../../baselines/moments.ts';
import type { Variance } from '../statistics/moderated-variance.ts';
import { moderate } from '../statistics/moderated-variance.ts';
import { twoSidedQuantile, twoSidedTail } from '../statistics/student-t.ts';
import { type ArmSummary, gainsOf } from './arm-summary.ts';

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
  '(Student’s t) take the rest as normal and independent. An arm needs two seeds for a test.';

/**
 * Compares any two of `arms`, of one kind. Each gain is taken as arm + seed + error, fitted by least squares; the
 * errors' variance is the arm's own, moderated over `arms`. A difference over n shared seeds then has variance
 * (s̃²_left + s̃²_right) / n.
 */
export function comparisonWithin(arms: readonly ArmSummary[]): Compare {
  const values = new Map(arms.map((arm) => [arm, gainsOf(arm)]));
  const variances = variancesOf([...values.values()]);
  const varianceOf = new Map(arms.map((arm, i) => [arm, variances?.[i] ?? null]));
  return (left, right) => {
    const others = values.get(right);
    const differences = [...(values.get(left) ?? [])].flatMap(([seed, value]) => {
      const other = others?.get(seed);
      return other === undefined ? [] : [value - other];
    });
    return test(differences, varianceOf.get(left) ?? null, varianceOf.get(right) ?? null);
  };
}

/** P(T ≥ t): small where left is better than right. */
export function upperTail({ t, df }: ArmTest): number | null {
  if (t === null || df === null) return null;
  const half = twoSidedTail(t, df) / 2;
  return t >= 0 ? half : 1 - half;
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

/**
 * Moderated, and never below what the arm itself showed: an arm that spreads more than all others would else be
 * compared with their small variance, which it does not have.
 */
function variancesOf(arms: readonly ReadonlyMap<number, number>[]): Variance[] | null {
  const own = residualVariances(arms);
  return moderate(own)?.map(({ value, df }, i) => ({ value: Math.max(value, own[i]?.value ?? 0), df })) ?? null;
}

/**
 * The errors' variance in each arm, Σ_s (y_s - α - β_s)² over its share of the fit's degrees of freedom, N - arms -
 * seeds + 1, which go to the arms as n - 1. An arm of one seed has none.
 */
function residualVariances(arms: readonly ReadonlyMap<number, number>[]): Variance[] {
  const effects = seedEffects(arms);
  const repeats = arms.map(({ size }) => Math.max(0, size - 1));
  const total = repeats.reduce((sum, count) => sum + count, 0);
  const df = Math.max(0, total - (effects.size - 1));
  // Equal values would else seem to spread a little, and every difference of them to be certain.
  const rounding = 1e-12 * sizeOf(arms);
  return arms.map((values, i) => {
    const share = total === 0 ? 0 : (df * (repeats[i] ?? 0)) / total;
    if (share === 0) return { value: 0, df: 0 };
    const errors = [...values].map(([seed, value]) => value - (effects.get(seed) ?? 0));
    const level = mean(errors) ?? 0;
    const squares = errors.map((error) => (Math.abs(error - level) <= rounding ? 0 : (error - level) ** 2));
    return { value: squares.reduce((sum, square) => sum + square, 0) / share, df: share };
  });
}

/** The size of the largest value. */
function sizeOf(arms: readonly ReadonlyMap<number, number>[]): number {
  return Math.max(0, ...arms.flatMap((values) => [...values.values()].map(Math.abs)));
}

/**
 * β of the least-squares fit of arm + seed, by fitting arms and seeds in turn; exact at once where no seed is missing.
 */
function seedEffects(arms: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const seeds = [...new Set(arms.flatMap((values) => [...values.keys()]))];
  let effects = new Map(seeds.map((seed) => [seed, 0]));
  const settled = 1e-13 * sizeOf(arms);
  for (let round = 0; round < 1000; round++) {
    const errors = arms.map((values) => {
      const level = mean([...values].map(([seed, value]) => value - (effects.get(seed) ?? 0))) ?? 0;
      return new Map([...values].map(([seed, value]) => [seed, value - level]));
    });
    const fitted = new Map(seeds.map((seed) => [seed, mean(errors.flatMap((error) => error.get(seed) ?? [])) ?? 0]));
    const change = Math.max(0, ...seeds.map((seed) => Math.abs((fitted.get(seed) ?? 0) - (effects.get(seed) ?? 0))));
    effects = fitted;
    if (change <= settled) break;
  }
  return effects;
}
