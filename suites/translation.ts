import type { SuiteSpec, TranslationArmSpec } from '../harness/spec.ts';
import type { TextDatasetSpec } from '../harness/spec-text.ts';
import type { SequenceTrainingSpec, TransformerSpec } from '../harness/spec-translation.ts';

/**
 * Dense against factorized Transformers on translation, each rank scale under every initialization x regularizer
 * combination (Khodak et al. 2021, on transformer_small).
 */

const generatedPair: TextDatasetSpec = {
  name: 'generated-pair',
  trainExamples: 8000,
  testExamples: 200,
  lowerCase: false,
  merges: 500,
  maxWords: 20,
  maxRatio: null,
  maxTokens: 48,
};

const smokeModel: TransformerSpec = {
  ...{ name: 'transformer', layers: 2, width: 64, feedForward: 256, heads: 4, positions: 64, vocabulary: 640 },
};

const smokeTraining: SequenceTrainingSpec = {
  epochs: 4,
  updates: null,
  batchTokens: 1024,
  lengths: [16, 24, 32, 48],
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-9 },
  learningRate: 0.003,
  warmupUpdates: 100,
  constantUpdates: 200,
  clipNorm: null,
  dropout: 0,
  reluDropout: 0,
  labelSmoothing: 0.1,
  decay: 1e-4,
  decayCoupling: 'decoupled',
  averagedEpochs: null,
  decoding: { beam: 5, lengthPenalty: 1, maxLength: { a: 1.5, b: 10 } },
};

const dense: TranslationArmSpec = {
  method: 'dense',
  inits: ['default'],
  regularizers: ['none', 'weight-decay'],
  budgets: [1],
};

const lowRankAt = (...scales: number[]): TranslationArmSpec => ({
  method: 'low-rank',
  inits: ['default', 'spectral'],
  regularizers: ['none', 'weight-decay', 'frobenius-decay'],
  budgets: scales,
  budgetUnit: 'rank-scale',
});

export const translation: SuiteSpec = {
  name: 'translation',
  title: 'Factorized Transformers on translation',
  description: 'Which initialization and which regularizer suit a factorized Transformer at a given rank scale?',
  profiles: {
    smoke: {
      note: 'A generated language pair.',
      experiments: [
        {
          models: [smokeModel],
          dataset: generatedPair,
          fallbackDataset: null,
          training: smokeTraining,
          arms: [dense, lowRankAt(0.5)],
          denseExamplesPerSecond: 1000,
        },
      ],
      seeds: 2,
      margin: 10,
      timeLimitSeconds: 600,
    },
  },
};
