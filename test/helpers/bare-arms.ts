import type { ArmSummary } from '../../reports/arms/arm-summary.ts';

let made = 0;

/**
 * What tests of arms look at, a value a seed; whole records would take most of a simulation's time.
 *
 * @param shared a name of the cells that the arm goes on from; left out: all of its training is its own
 * @param beginning equal for arms that differ in the regularizer alone; left out: the arm is none of them
 */
export function bareArm(values: Iterable<number>, shared?: string, beginning = `${made++}`): ArmSummary {
  const bySeed = new Map([...values].map((value, seed) => [seed, value]));
  const needs = shared === undefined ? [] : [{ role: 'dense', id: shared, cell: shared }];
  const completed = [...bySeed.keys()].map((seed) => ({ seed, cell: '', needs, phases: [] }));
  const mean = [...bySeed.values()].reduce((sum, value) => sum + value, 0) / bySeed.size;
  const value = { mean, sd: null };
  const config = { method: 'bare', beginning };
  const bare = { config, factors: [{ name: 'method', value: 'bare' }], metric: 'accuracy', value, values: bySeed };
  return { ...bare, completed, records: completed } as unknown as ArmSummary;
}
