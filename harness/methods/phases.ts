import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../errors.ts';
import type { Phase, PhaseTraining } from '../train/phases.ts';
import type { Method } from './method.ts';

/** What phases may change: length, learning rates, and when these rise and fall. */
const schedule = [
  'epochs',
  'updates',
  'learningRate',
  'firstEpochLearningRate',
  'decayAt',
  'decayFactor',
  'warmupUpdates',
  'constantUpdates',
];

/**
 * The trainings that a method takes. One that replaces layers at the start, or a thinner network, takes one.
 *
 * @param share of the weights that masks cover, what the method keeps (`BudgetPlan.weightRatio`)
 *
 * @throws UsageError where a phase changes what the one recorded training step has fixed.
 */
export function phasesOf<T extends PhaseTraining>(method: Method, training: T, share: number): Phase<T>[] {
  if (method.kind === 'layer' || method.kind === 'narrow') return [{ label: 'train', training }];
  const phases = method.phases(training, share);
  for (const { label, training: own } of phases) {
    for (const name of new Set([...Object.keys(training), ...Object.keys(own)])) {
      const [now, before] = [own, training].map((of) => (of as unknown as Record<string, unknown>)[name]);
      if (schedule.includes(name) || isDeepStrictEqual(now, before)) continue;
      const difference = `has ${name} ${JSON.stringify(now)}, its cell ${JSON.stringify(before)}`;
      throw new UsageError(
        `method ${method.name}: phase '${label}' ${difference}; phases differ in epochs and learning rates only`,
      );
    }
  }
  return phases;
}
