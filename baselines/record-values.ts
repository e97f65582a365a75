import type { FinishedRecord } from '../harness/record.ts';

/** How many values a record holds of what was computed, checks of exactness left out: its size, whatever digits the values have. */
export function recordValues({ curve, measures, details }: FinishedRecord): number {
  return leaves([curve, measures, details]);
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, own) => sum + leaves(own), 0);
}
