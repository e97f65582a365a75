import { type Prior, priorOf, shrink, type Variance } from '../../harness/statistics/moderated-variance.ts';
import { mean, sampleDeviation } from '../../harness/statistics/moments.ts';
import { shareOfPrior } from '../quality/spread.ts';

/** How far from the accepted mean a value counts, in standard deviations: one odd training moves no mean alone. */
export const farthest = 2.5;

/** Where an arm stood when it was accepted, and how much it spreads. */
export interface Level {
  /** Mean of the accepted values. */
  center: number;
  /** s̃: moderated standard deviation at acceptance. */
  scale: number;
  /** What all arms have in common, s₀² in units of `scale`², with half of d₀. */
  prior: Prior;
}

/**
 * The levels of arms by their accepted values. s̃² = (d₀/2 s₀² + d s²) / (d₀/2 + d) (Smyth 2004): half of d₀, as arms
 * differ more than the model of one common variance says. Null: an arm without a value, or all without any spread.
 *
 * @param accepted values of each arm, such that more is better
 */
export function levelsOf(accepted: readonly (readonly number[])[]): (Level | null)[] {
  const own = accepted.map((values): Variance => {
    const df = Math.max(0, values.length - 1);
    return { value: (sampleDeviation(values) ?? 0) ** 2, df };
  });
  const common = halvedPrior(own);
  return accepted.map((values, at) => {
    const center = mean(values);
    if (center === null || common === null) return null;
    const scale = Math.sqrt(shrink(own[at]!, common).value);
    return { center, scale, prior: { ...common, value: common.value / scale ** 2 } };
  });
}

/**
 * s₀² with d₀/2 degrees of freedom, at most as many as all arms measured; null: no spread was measured. What nights
 * measure beside the acceptance counts in full.
 */
function halvedPrior(variances: readonly Variance[]): Prior | null {
  const prior = priorOf(variances);
  if (prior === null) return null;
  return {
    value: prior.value,
    df: Math.min(shareOfPrior * prior.df, prior.measured),
    measured: Number.POSITIVE_INFINITY,
  };
}

/** A value in standard deviations from the accepted mean, cut at ±2.5; what diverged (null) is as bad as it gets. */
export function standardized(value: number | null, { center, scale }: Pick<Level, 'center' | 'scale'>): number {
  if (value === null) return -farthest;
  return Math.min(farthest, Math.max(-farthest, (value - center) / scale));
}
