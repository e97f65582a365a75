import { describe, expect, test } from 'vitest';
import { learningRateAt } from '../../harness/optim/step-schedule.ts';
import type { TrainingSpec } from '../../harness/spec/image.ts';

const published: TrainingSpec = {
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
/** Steps of CIFAR-10 at batch 128. */
const perEpoch = 391;

describe('learningRateAt', () => {
  test.each([
    [0, 0.1],
    [100 * perEpoch - 1, 0.1],
    [100 * perEpoch, 0.01],
    [150 * perEpoch - 1, 0.01],
    [150 * perEpoch, 0.001],
    [200 * perEpoch - 1, 0.001],
  ])('at step %i of the published schedule is %d', (step, expected) => {
    expect(learningRateAt(step, perEpoch, published)).toBeCloseTo(expected, 12);
  });

  test('is low in the first epoch only, where the deep networks ask for it', () => {
    const deep = { ...published, firstEpochLearningRate: 0.01 };
    expect([0, perEpoch - 1, perEpoch, 100 * perEpoch].map((step) => learningRateAt(step, perEpoch, deep))).toEqual([
      0.01,
      0.01,
      0.1,
      0.1 * 0.1,
    ]);
  });

  test('decays after fractions that are no whole epoch, by another factor, thrice', () => {
    const wide = { ...published, epochs: 2, decayAt: [0.3, 0.6, 0.8], decayFactor: 0.2, learningRate: 1 };
    const rates = Array.from({ length: 10 }, (_, step) => Math.round(1e6 * learningRateAt(step, 5, wide)) / 1e6);
    expect(rates).toEqual([1, 1, 1, 0.2, 0.2, 0.2, 0.04, 0.04, 0.008, 0.008]);
  });

  test('is constant without decay', () => {
    const constant = { ...published, decayAt: [] };
    expect([0, 78_199].map((step) => learningRateAt(step, perEpoch, constant))).toEqual([0.1, 0.1]);
  });
});
