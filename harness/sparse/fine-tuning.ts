import type { Phase, PhaseTraining } from '../train/phases.ts';

/**
 * The training after one-shot pruning of a trained network: a tenth of its learning rates (Han et al. 2015, section 4:
 * LeNet), falling at the same fractions, for half of its epochs, rounded up; a schedule that counts updates is halved
 * with them. The length is a choice of this project.
 */
export function fineTuning<T extends PhaseTraining>(training: T): T {
  const { epochs, learningRate, firstEpochLearningRate, updates, warmupUpdates, constantUpdates } = training;
  const half = (count: number) => Math.ceil(count / 2);
  return {
    ...training,
    epochs: half(epochs),
    learningRate: learningRate / 10,
    ...(firstEpochLearningRate == null ? {} : { firstEpochLearningRate: firstEpochLearningRate / 10 }),
    ...(updates == null ? {} : { updates: half(updates) }),
    ...(warmupUpdates === undefined ? {} : { warmupUpdates: half(warmupUpdates) }),
    ...(constantUpdates === undefined ? {} : { constantUpdates: half(constantUpdates) }),
  };
}

/** The phases of one-shot pruning: the dense training, and fine-tuning of what pruning keeps. */
export function oneShotPhases<T extends PhaseTraining>(training: T): Phase<T>[] {
  return [
    { label: 'dense', training },
    { label: 'fine-tune', training: fineTuning(training) },
  ];
}
