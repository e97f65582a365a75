import { UsageError } from '../errors.ts';
import type { TrainingSpec } from '../spec/spec.ts';
import type { Phase } from '../train/phases.ts';
import type { Method } from './method.ts';

/**
 * The trainings that a method takes. A layer method takes one.
 *
 * @throws UsageError where a phase changes what the one recorded training step has fixed.
 */
export function phasesOf(method: Method, training: TrainingSpec): Phase[] {
  if (method.kind === 'layer') return [{ label: 'train', training }];
  const phases = method.phases(training);
  for (const { label, training: own } of phases) {
    for (const name of ['batchSize', 'momentum', 'decay', 'labelSmoothing'] as const) {
      if (own[name] === training[name]) continue;
      throw new UsageError(
        `method ${method.name}: phase '${label}' has ${name} ${own[name]}, its cell ${training[name]}; phases differ in epochs and learning rates only`,
      );
    }
  }
  return phases;
}
