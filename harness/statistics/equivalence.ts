import { meanOverScale, normalTail } from './power.ts';
import { quantile, upperTail } from './student-t.ts';

/** Whether a mean difference is smaller than a margin: two one-sided t-tests (Schuirmann 1987). */

/** An estimated mean difference; the estimate over its true standard error spreads by Student's t with `df` degrees. */
export interface MeanEstimate {
  difference: number;
  /** Above 0. */
  standardError: number;
  df: number;
}

export interface EquivalenceTest {
  /** Of |true difference| ≥ margin: the larger one of the two tests. */
  p: number;
  /** Where the true difference lies, with 1 - 2·level: within ±margin where p ≤ level. */
  interval: [number, number];
}

/** Chance to call a difference of the margin or more equivalent, and each of the two tests' level. */
export const equivalenceLevel = 0.05;

/** p = max(P(T ≥ (d + δ)/s), P(T ≥ (δ - d)/s)) for a difference d of standard error s and the margin δ. */
export function equivalenceTest(
  { difference, standardError, df }: MeanEstimate,
  margin: number,
  level = equivalenceLevel,
): EquivalenceTest {
  const tails = [margin + difference, margin - difference].map((room) => upperTail(room / standardError, df));
  const reach = quantile(1 - level, df) * standardError;
  return { p: Math.max(...tails), interval: [difference - reach, difference + reach] };
}

/**
 * P(the test calls them equivalent) where the true difference is zero and the standard error is the given one: with Z
 * standard normal and U² ~ χ²_ν/ν, P(|Z| ≤ δ/s - cU) = E[max(0, 1 - 2(1 - Φ(δ/s - cU)))], c = t_{1-level, ν} (Phillips
 * 1990).
 */
export function equivalencePower(
  { standardError, df }: Omit<MeanEstimate, 'difference'>,
  margin: number,
  level = equivalenceLevel,
): number {
  const critical = quantile(1 - level, df);
  const within = (scale: number) => Math.max(0, 1 - 2 * normalTail(margin / standardError - critical * scale));
  return Math.min(1, meanOverScale(df, within));
}
