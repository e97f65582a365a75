import { mean, sampleDeviation } from '../../baselines/moments.ts';
import { twoSidedQuantile, twoSidedTail } from './student-t.ts';

/** Largest adjusted p that reads as significant. */
export const significance = 0.05;

/** The paired t-test of the differences of two arms over shared seeds. Null: the data do not define it. */
export interface PairedTest {
  /** Shared seeds. */
  n: number;
  mean: number | null;
  /** Sample standard deviation of the differences. */
  sd: number | null;
  /** mean / (sd / √n), with n - 1 degrees of freedom. */
  t: number | null;
  /** Two-sided. */
  p: number | null;
  /** 95 % confidence interval of the mean difference, not corrected for other tests. */
  interval: [number, number] | null;
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
  const standardError = sd / Math.sqrt(n);
  const t = center / standardError;
  const reach = twoSidedQuantile(0.05, n - 1) * standardError;
  return { n, mean: center, sd, t, p: twoSidedTail(t, n - 1), interval: [center - reach, center + reach] };
}

/**
 * Half the width of the 95 % confidence interval of a mean, t_{0.975, n-1} s / √n; null for one value, which has no
 * spread.
 */
export function meanReach(values: readonly number[]): number | null {
  const sd = sampleDeviation(values);
  return sd === null ? null : (twoSidedQuantile(0.05, values.length - 1) * sd) / Math.sqrt(values.length);
}

/** A spread no larger than the rounding of subtraction: the differences are equal. */
function isRounding(sd: number, differences: readonly number[], size: number): boolean {
  return sd <= 1e-12 * Math.max(size, ...differences.map(Math.abs));
}

/**
 * Holm's step-down correction (Holm 1979): the i-th smallest of m p-values becomes max over j ≤ i of (m - j + 1) p_j,
 * at most 1. Null entries, tests that were not possible, do not count and stay null.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const order = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let floor = 0;
  order.forEach(({ p, index }, rank) => {
    floor = Math.max(floor, Math.min(1, (order.length - rank) * p));
    adjusted[index] = floor;
  });
  return adjusted;
}

/** The middle of the measured values, between two of them where their number is even; null: none was measured. */
export function medianOf(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
