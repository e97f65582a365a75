import type { ArmSummary } from '../../reports/arms/arm-summary.ts';

/**
 * What tests of arms look at, a value a seed; whole records would take most of a simulation's time.
 *
 * @param shared a name of the cells that the arm goes on from; left out: all of its training is its own
 */
export function bareArm(values: Iterable<number>, shared?: string): ArmSummary {
  const bySeed = new Map([...values].map((value, seed) => [seed, value]));
  const needs = shared === undefined ? [] : [{ role: 'dense', id: shared, cell: shared }];
  const completed = [...bySeed.keys()].map((seed) => ({ seed, cell: '', needs, phases: [] }));
  const mean = [...bySeed.values()].reduce((sum, value) => sum + value, 0) / bySeed.size;
  const value = { mean, sd: null };
  const bare = { factors: [{ name: 'method', value: 'bare' }], metric: 'accuracy', value, values: bySeed };
  return { ...bare, completed, records: completed } as unknown as ArmSummary;
}
