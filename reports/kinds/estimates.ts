import { meanReach } from '../../harness/statistics/mean-tests.ts';
import { mean } from '../../harness/statistics/moments.ts';

/** Means over seeds, held against what is expected of them. */

/** A mean over seeds with its 95 % interval. */
export interface Estimate {
  mean: number;
  /** Half of the interval's width; null: one seed. */
  reach: number | null;
}

/** Why an expectation may be met whose effect the tests of arms cannot tell, for legends. */
export const judgedAlone =
  'Each difference is judged alone, by its own spread over seeds; the tests of effects share the spread of several and ' +
  'are corrected for their number, so that they may not tell what is met here.';

/** Null for no values. */
export function estimateOf(values: readonly number[]): Estimate | null {
  const center = mean(values);
  return center === null ? null : { mean: center, reach: meanReach(values) };
}

/** `open`: the interval over seeds holds both. */
export type Judgement = 'met' | 'failed' | 'open';

/** Whether a mean lies within bounds; open where it does not, but its interval reaches them. */
export function within({ mean, reach }: Estimate, [low, high]: readonly [number, number]): Judgement {
  if (mean >= low && mean <= high) return 'met';
  return reach !== null && mean + reach >= low && mean - reach <= high ? 'open' : 'failed';
}

/** Whether a difference is greater than zero; a single seed leaves it open. */
export function above({ mean, reach }: Estimate): Judgement {
  if (reach === null) return 'open';
  if (mean - reach > 0) return 'met';
  return mean <= 0 ? 'failed' : 'open';
}

/** `−30.2 ± 0.3`; a difference has its sign. */
export function natsText({ mean: center, reach }: Estimate, isDifference = false): string {
  const shown = center.toFixed(2);
  return `${isDifference && center > 0 ? '+' : ''}${shown}${reach === null ? '' : ` ± ${reach.toFixed(2)}`}`;
}
