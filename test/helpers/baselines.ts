import type { Baseline } from '../../baselines/baseline.ts';

/** A baseline as another program computed it: other bits are then no fault of repetition. */
export function ofEarlierProgram(baseline: Baseline): Baseline {
  return { ...baseline, cells: baseline.cells.map((entry) => ({ ...entry, program: 'earlier' })) };
}
