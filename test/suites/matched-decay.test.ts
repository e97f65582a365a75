import { describe, expect, test } from 'vitest';
import { warmedUpRate } from '../../harness/optim/inverse-sqrt-schedule.ts';
import { learningRateAt } from '../../harness/optim/step-schedule.ts';
import type { ImageExperimentSpec, TrainingSpec } from '../../harness/spec/image.ts';
import type { TranslationExperimentSpec } from '../../harness/spec/translation.ts';
import { matchedDecay, matchedSequenceDecay } from '../../suites/matched-decay.ts';
import { suites } from '../../suites/registry.ts';

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

/** λ·Ση_t, step by step. */
function decayPull(training: TrainingSpec, examples: number): number {
  const perEpoch = Math.ceil(examples / training.batchSize);
  let sum = 0;
  for (let step = 0; step < perEpoch * training.epochs; step++) sum += learningRateAt(step, perEpoch, training);
  return training.decay * sum;
}

describe('matchedDecay', () => {
  test('keeps the published decay of the published schedule', () => {
    expect(matchedDecay({ training: published, examples: 50_000 }, { training: published, examples: 50_000 })).toBe(
      1e-4,
    );
    // 391 steps an epoch: 100 at 0.1, 50 at 0.01, 50 at 0.001.
    expect(decayPull(published, 50_000)).toBeCloseTo(1e-4 * 391 * (10 + 0.5 + 0.05), 10);
  });

  test('is ten times as large for a tenth of the steps', () => {
    const training = { ...published, epochs: 20 };
    expect(matchedDecay({ training, examples: 50_000 }, { training: published, examples: 50_000 })).toBe(1e-3);
  });

  test.each([
    [4, 64, 4000],
    [2, 32, 20_000],
  ])('keeps λ·Ση_t, to its two digits, at %i epochs of batch %i and %i images', (epochs, batchSize, examples) => {
    const training = { ...published, epochs, batchSize };
    const decay = matchedDecay({ training, examples }, { training: published, examples: 50_000 });
    expect(decay).toBe(Number(decay.toPrecision(2)));
    // Half a unit of the second digit is 5 % at most; whole steps add a little.
    expect(decayPull({ ...training, decay }, examples) / decayPull(published, 50_000)).toBeCloseTo(1, 1);
  });
});

test('the shortened profiles of compression pull as the published schedule', () => {
  const { smoke, nightly } = suites.find(({ name }) => name === 'compression')!.profiles;
  for (const { training, dataset } of [...smoke!.experiments, ...nightly!.experiments] as ImageExperimentSpec[]) {
    expect(decayPull(training, dataset.trainExamples ?? 50_000)).toBeCloseTo(decayPull(published, 50_000), 1);
  }
});

describe('the decay of translation', () => {
  const { smoke, nightly, paper } = suites.find(({ name }) => name === 'translation')!.profiles;
  const [published] = paper!.experiments as TranslationExperimentSpec[];
  const pull = ({ training }: TranslationExperimentSpec, updates: number) =>
    training.decay * Array.from({ length: updates }, (_, step) => warmedUpRate(step, training)).reduce((a, b) => a + b);

  test('keeps λ·Ση_t, to its two digits', () => {
    const { training } = published!;
    expect(matchedSequenceDecay({ training, updates: 100_000 }, { training, updates: 100_000 })).toBe(5e-5);
    // 4,000 updates at 0.25, and then 0.25·√4000·∫t^(-1/2).
    const sum = 1000 + 0.5 * Math.sqrt(4000) * (Math.sqrt(100_000) - Math.sqrt(4000));
    expect(pull(published!, 100_000)).toBeCloseTo(5e-5 * sum, 3);
    for (const [profile, updates] of [
      [smoke!, 870],
      [nightly!, 2250],
    ] as const) {
      const [experiment] = profile.experiments as TranslationExperimentSpec[];
      expect(pull(experiment!, updates) / pull(published!, 100_000)).toBeCloseTo(1, 1);
    }
  });
});
