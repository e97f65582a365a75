import { planCells } from '../../harness/plan.ts';
import { type Cell, type SuiteSpec, suiteSchema, type TranslationExperimentSpec } from '../../harness/spec.ts';

/** A small translation suite for tests: a Transformer of width 16 on a few generated sentence pairs. */
export function translationSuite(change: (experiment: TranslationExperimentSpec) => void = () => undefined): SuiteSpec {
  const experiment: TranslationExperimentSpec = {
    models: [{ name: 'transformer', layers: 1, width: 16, feedForward: 32, heads: 2, positions: 64, vocabulary: 400 }],
    dataset: {
      ...{ name: 'generated-pair', trainExamples: 150, testExamples: 20, lowerCase: false, merges: 100 },
      ...{ maxWords: 20, maxRatio: null, maxTokens: 64 },
    },
    fallbackDataset: null,
    training: {
      ...{ epochs: 3, updates: null, batchTokens: 640, lengths: [32, 64] },
      ...{ optimizer: { name: 'nesterov', momentum: 0.9 }, learningRate: 0.1, warmupUpdates: 0, constantUpdates: 10 },
      ...{ clipNorm: 1, dropout: 0.2, reluDropout: 0.1, labelSmoothing: 0.1, decay: 1e-3, decayCoupling: 'decoupled' },
      ...{ averagedEpochs: null, decoding: { beam: 2, lengthPenalty: 1, maxLength: { a: 1, b: 2 } } },
    },
    arms: [
      { method: 'dense', inits: ['default'], regularizers: ['none'], budgets: [1] },
      {
        ...{ method: 'low-rank', inits: ['default', 'spectral'], regularizers: ['none', 'frobenius-decay'] },
        ...{ budgets: [0.5], budgetUnit: 'rank-scale' },
      },
    ],
    denseExamplesPerSecond: 1000,
  };
  change(experiment);
  return suiteSchema.parse({
    ...{ name: 'fixture', title: 'A suite for tests', description: 'A Transformer.' },
    profiles: { smoke: { note: 'short', experiments: [experiment], seeds: 1, margin: 1, timeLimitSeconds: 60 } },
  });
}

export function translationCells(change?: (experiment: TranslationExperimentSpec) => void): Cell[] {
  return planCells(translationSuite(change), 'smoke', { present: [] });
}
