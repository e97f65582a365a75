import type { DatasetSpec, TrainingSpec } from '../harness/spec/image.ts';

/** What the paper's experiments with ResNets on CIFAR share (Khodak et al. 2021). */

/** The whole set, flipped and cropped at random. */
export const cifar10: DatasetSpec = {
  name: 'cifar-10',
  trainExamples: null,
  validationExamples: 0,
  testExamples: null,
  flip: true,
  cropPadding: 4,
  normalization: 'dataset',
};

/** 200 epochs, learning rate 0.1 divided by 10 at half and three quarters. */
export const published: TrainingSpec = {
  epochs: 200,
  batchSize: 128,
  learningRate: 0.1,
  decayAt: [0.5, 0.75],
  decayFactor: 0.1,
  firstEpochLearningRate: null,
  momentum: 0.9,
  decay: 1e-4,
  labelSmoothing: 0,
};
