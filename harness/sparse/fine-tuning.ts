import type { TrainingSpec } from '../spec/spec.ts';

/**
 * The training after one-shot pruning of a trained network: a tenth of its learning rates (Han et al. 2015, section 4:
 * LeNet), falling at the same fractions, for half of its epochs, rounded up. The length is a choice of this project.
 */
export function fineTuning(training: TrainingSpec): TrainingSpec {
  const { epochs, learningRate, firstEpochLearningRate } = training;
  return {
    ...training,
    epochs: Math.ceil(epochs / 2),
    learningRate: learningRate / 10,
    firstEpochLearningRate: firstEpochLearningRate === null ? null : firstEpochLearningRate / 10,
  };
}
