import { planCells } from '../../harness/plan.ts';
import type { CellRecord } from '../../harness/record.ts';
import { type Cell, type SuiteSpec, suiteSchema, type TranslationExperimentSpec } from '../../harness/spec/spec.ts';
import { fixtureEpoch, fixtureRecord } from './records.ts';

/** A small translation suite for tests: a Transformer of width 16 on a few generated sentence pairs. */
export function translationSuite(change: (experiment: TranslationExperimentSpec) => void = () => undefined): SuiteSpec {
  const experiment: TranslationExperimentSpec = {
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
      { method: 'dense', inits: ['default'], regularizers: ['none'], budgets: [1] },
      {
        method: 'low-rank',
        inits: ['default', 'spectral'],
        regularizers: ['none', 'frobenius-decay'],
        budgets: [0.5],
        budgetUnit: 'rank-scale',
      },
    ],
    denseExamplesPerSecond: 1000,
  };
  change(experiment);
  return suiteSchema.parse({
    name: 'fixture',
    title: 'A suite for tests',
    description: 'A Transformer.',
    profiles: { smoke: { note: 'short', experiments: [experiment], seeds: 1, margin: 1, timeLimitSeconds: 60 } },
  });
}

export function translationCells(change?: (experiment: TranslationExperimentSpec) => void): Cell[] {
  return planCells(translationSuite(change), 'smoke', { present: [] });
}

/** The same on the files of Multi30k. */
export function cellsOfMulti30k(): Cell[] {
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

/** A completed record of one of these cells. */
export function translationRecord(cell: Cell, value: number, overrides: Partial<CellRecord> = {}): CellRecord {
  const { estimatedSeconds: _estimate, timeLimitSeconds: _limit, ...identity } = cell;
  return fixtureRecord({
    ...identity,
    metric: 'bleu',
    value,
    best_value: null,
    curve: [1, 2].map((epoch) =>
      fixtureEpoch(epoch, {
        test_loss: null,
        test_accuracy: null,
        valid_loss: 2 / epoch,
        perplexity: Math.exp(2 / epoch),
      }),
    ),
    translation: {
      valid_loss: 1,
      perplexity: Math.E,
      decoded_epoch: 2,
      bleu_signature: 'nrefs:1',
      chrf: 55.5,
      chrf_signature: 'nc:6',
      vocabulary: 300,
      skipped: { long: 3, empty: 0 },
      train_tokens_per_second: 9000,
      decode_tokens_per_second: 1200,
      samples: [{ source: 'ein Hund | läuft', reference: 'a dog runs', hypothesis: 'a dog walks' }],
      spectra: ['source', 'target', 'encoder.1.self.query-key'].map((name, index) => ({
        name,
        frobenius_norm: { before: 10 + index, after: 20 + index },
        stable_rank: { before: 4, after: 2 },
      })),
    },
    ...overrides,
  });
}
