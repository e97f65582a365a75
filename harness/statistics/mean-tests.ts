import type { Variance } from './moderated-variance.ts';
import { mean, sampleDeviation } from './moments.ts';
import { twoSidedQuantile, twoSidedTail } from './student-t.ts';

/** A t-test of whether a mean difference is zero. Null: the data do not define it. */
export interface MeanTest {
  /** The mean difference over its standard error. */
  t: number | null;
  /** Two-sided. */
  p: number | null;
  /** 95 % confidence interval of the mean difference, not corrected for other tests. */
  interval: [number, number] | null;
}

/** The paired t-test of the differences of two arms over shared seeds, with n - 1 degrees of freedom. */
export interface PairedTest extends MeanTest {
  /** Shared seeds. */
  n: number;
  mean: number | null;
  /** Sample standard deviation of the differences. */
  sd: number | null;
}

/**
 * Tests whether the mean of `differences`, one a seed, is zero. One difference has no spread, and equal differences
 * (of scores that count a few examples) would claim certainty from a few runs: neither gives a p.
 *
 * @param size of the values that were subtracted: their rounding is no spread
 */
export function pairedTest(differences: readonly number[], size = 1): PairedTest {
  const n = differences.length;
  const center = mean(differences);
  const sd = sampleDeviation(differences);
  if (center === null || sd === null || isRounding(sd, differences, size)) {
    return { n, mean: center, sd, t: null, p: null, interval: null };
  }
  return { n, mean: center, sd, ...meanTest(center, sd / Math.sqrt(n), n - 1) };
}

/**
 * Welch's t-test of mean(after) - mean(before), two independent samples of unequal variances: standard error
 * √(s₁²/n₁ + s₂²/n₂), degrees of freedom after Welch and Satterthwaite (Welch 1947, Biometrika 34). One value has no
 * spread, and two samples without any would claim certainty: neither gives a p.
 */
export function twoSampleTest(before: readonly number[], after: readonly number[]): MeanTest {
  const [left, right] = [squaredError(before), squaredError(after)];
  const difference = (mean(after) ?? Number.NaN) - (mean(before) ?? Number.NaN);
  const standardError = left === null || right === null ? 0 : Math.sqrt(left + right);
  if (left === null || right === null || isRounding(standardError, [...before, ...after], 0)) {
    return { t: null, p: null, interval: null };
  }
  const df = (left + right) ** 2 / (left ** 2 / (before.length - 1) + right ** 2 / (after.length - 1));
  return meanTest(difference, standardError, df);
}

/** The difference of the means of two samples that have one variance, and that variance. */
export interface PooledDifference {
  /** mean(after) - mean(before). */
  difference: number;
  /** s² within the samples, with n₁ + n₂ - 2 degrees of freedom; 0 of none. */
  variance: Variance;
  /** √(1/n₁ + 1/n₂), what the standard deviation is multiplied by to be the difference's standard error. */
  scale: number;
}

/** What the two-sample t-test of equal variances compares; null: a sample is empty. */
export function pooledDifference(before: readonly number[], after: readonly number[]): PooledDifference | null {
  const [left, right] = [mean(before), mean(after)];
  if (left === null || right === null) return null;
  const df = before.length + after.length - 2;
  const squares = squaresOf(before) + squaresOf(after);
  const scale = Math.sqrt(1 / before.length + 1 / after.length);
  return { difference: right - left, variance: { value: df === 0 ? 0 : squares / df, df }, scale };
}

/** Σ(x - x̄)². */
function squaresOf(values: readonly number[]): number {
  return (sampleDeviation(values) ?? 0) ** 2 * (values.length - 1);
}

/** s² / n; null for one value. */
function squaredError(values: readonly number[]): number | null {
  const sd = sampleDeviation(values);
  return sd === null ? null : sd ** 2 / values.length;
}

function meanTest(difference: number, standardError: number, df: number) {
  const t = difference / standardError;
  const reach = twoSidedQuantile(0.05, df) * standardError;
  return { t, p: twoSidedTail(t, df), interval: [difference - reach, difference + reach] as [number, number] };
}

/**
 * Half the width of the 95 % confidence interval of a mean, t_{0.975, n-1} s / √n; null for one value, which has no
 * spread.
 */
export function meanReach(values: readonly number[]): number | null {
  const sd = sampleDeviation(values);
  return sd === null ? null : (twoSidedQuantile(0.05, values.length - 1) * sd) / Math.sqrt(values.length);
}

/** A spread no larger than the rounding of subtraction: the values are equal. */
function isRounding(sd: number, values: readonly number[], size: number): boolean {
  return sd <= 1e-12 * Math.max(size, ...values.map(Math.abs));
}
