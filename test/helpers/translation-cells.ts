import { planCells } from '../../harness/plan/plan.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { type SuiteSpec, suiteSchema } from '../../harness/spec/suite.ts';
import type { TranslationExperimentSpec } from '../../harness/spec/translation.ts';

/** A small translation suite for tests: a Transformer of width 16 on a few generated sentence pairs. */
export function translationSuite(change: (experiment: TranslationExperimentSpec) => void = () => undefined): SuiteSpec {
  const experiment: TranslationExperimentSpec = {
    task: 'translation',
    models: [{ name: 'transformer', layers: 1, width: 16, feedForward: 32, heads: 2, positions: 64, vocabulary: 400 }],
    dataset: {
      name: 'generated-pair',
      trainExamples: 150,
      testExamples: 20,
      lowerCase: false,
      merges: 100,
      maxWords: 20,
      maxRatio: null,
      maxTokens: 64,
    },
    fallbackDataset: null,
    training: {
      epochs: 3,
      updates: null,
      batchTokens: 640,
      lengths: [32, 64],
      optimizer: { name: 'nesterov', momentum: 0.9 },
      learningRate: 0.1,
      warmupUpdates: 0,
      constantUpdates: 10,
      clipNorm: 1,
      dropout: 0.2,
      reluDropout: 0.1,
      labelSmoothing: 0.1,
      decay: 1e-3,
      decayCoupling: 'decoupled',
      averagedEpochs: null,
      decoding: { beam: 2, lengthPenalty: 1, maxLength: { a: 1, b: 2 } },
    },
    arms: [
      { method: 'dense', factors: { budget: [1], init: ['default'], regularizer: ['none'] } },
      {
        method: 'low-rank',
        factors: { budget: [0.5], init: ['default', 'spectral'], regularizer: ['none', 'frobenius-decay'] },
        budgetUnit: 'rank-scale',
      },
    ],
  };
  change(experiment);
  return suiteSchema.parse({
    name: 'fixture',
    title: 'A suite for tests',
    description: 'A Transformer.',
    profiles: { smoke: { note: 'short', experiments: [experiment], seeds: 1, margin: 1, timeLimitSeconds: 60 } },
  });
}

export function translationCells(change?: (experiment: TranslationExperimentSpec) => void): PlannedCell[] {
  return planCells(translationSuite(change), 'smoke', { present: [] });
}

/** The same on the files of Multi30k. */
export function cellsOfMulti30k(): PlannedCell[] {
  const suite = translationSuite((experiment) => {
    experiment.dataset = {
      name: 'multi30k',
      source: 'de',
      target: 'en',
      trainExamples: null,
      testExamples: null,
      lowerCase: true,
      merges: 10,
      maxWords: 20,
      maxRatio: null,
      maxTokens: 64,
    };
  });
  return planCells(suite, 'smoke', { present: ['multi30k'] });
}
