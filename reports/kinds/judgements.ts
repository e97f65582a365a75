import { meanReach } from '../../harness/statistics/mean-tests.ts';
import { mean } from '../../harness/statistics/moments.ts';

/** Means over seeds, and whether they are as expected. */

/** `open`: the interval over seeds holds both. */
export type Judgement = 'met' | 'failed' | 'open';

/** A mean over seeds with its 95 % interval. */
export interface Estimate {
  mean: number;
  /** Half of the interval's width; null: one seed. */
  reach: number | null;
}

/** Null for no values. */
export function estimateOf(values: readonly number[]): Estimate | null {
  const center = mean(values);
  return center === null ? null : { mean: center, reach: meanReach(values) };
}

/** Whether a mean lies within bounds; open where it does not, but its interval reaches them. */
export function within({ mean: center, reach }: Estimate, [low, high]: readonly [number, number]): Judgement {
  if (center >= low && center <= high) return 'met';
  return reach !== null && center + reach >= low && center - reach <= high ? 'open' : 'failed';
}

/** Whether a difference is greater than zero; a single seed leaves it open. */
export function above({ mean: center, reach }: Estimate): Judgement {
  if (reach === null) return 'open';
  if (center - reach > 0) return 'met';
  return center <= 0 ? 'failed' : 'open';
}
