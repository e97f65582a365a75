import { expect, test } from 'vitest';
import { fineTuning } from '../../harness/sparse/fine-tuning.ts';
import { tinyTraining } from '../helpers/tiny-training.ts';

test('fine-tuning takes half of the epochs at a tenth of the learning rates, and nothing else of its own', () => {
  const training = { ...tinyTraining, epochs: 7, learningRate: 0.5 };
  expect(fineTuning(training)).toEqual({ ...training, epochs: 4, learningRate: 0.05 });
  expect(fineTuning({ ...training, firstEpochLearningRate: 0.25 }).firstEpochLearningRate).toBe(0.025);
});

test('a schedule that counts updates is halved with the epochs, and one without a cap gets none', () => {
  const training = {
    epochs: 4,
    learningRate: 0.5,
    updates: null,
    warmupUpdates: 5,
    constantUpdates: 20,
    batchTokens: 64,
  };
  const expected = { ...training, epochs: 2, learningRate: 0.05, warmupUpdates: 3, constantUpdates: 10 };
  expect(fineTuning(training)).toEqual(expected);
  expect(fineTuning({ ...training, updates: 7 })).toEqual({ ...expected, updates: 4 });
});
