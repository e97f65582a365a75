import { idOf } from '../../harness/cell-id.ts';
import { cellNameOf } from '../../harness/cell-name.ts';
import { type CellRecord, type FinishedRecord, recordSchema, recordVersion } from '../../harness/record.ts';
import { type TranslationConfig, translation } from '../../harness/spec/translation.ts';
import { finishedRecord, fixturePoint, fixtureRecord, type RecordOverrides } from './records.ts';

/** Records as a small suite of translations writes them, each checked against the schema. */

/** A Transformer of width 16 on a few generated sentence pairs, low-rank at half of the full rank. */
export function translationConfig(overrides: Partial<TranslationConfig> = {}): TranslationConfig {
  return {
    task: 'translation',
    model: { name: 'transformer', layers: 1, width: 16, feedForward: 32, heads: 2, positions: 64, vocabulary: 400 },
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
    method: 'low-rank',
    init: 'default',
    regularizer: 'none',
    budget: 0.5,
    budgetUnit: 'rank-scale',
    seed: 0,
    ...overrides,
  };
}

/** The cell of a configuration, with the given factors beside the usual ones. */
function identityOf(config: TranslationConfig, factors: readonly string[]) {
  const names = ['method', 'budget', 'init', 'regularizer', ...factors];
  const own = Object.entries(translation.factors)
    .filter(([name]) => names.includes(name))
    .map(([name, words]) => ({ name, value: words.of(config)! }));
  const arm = { kind: 'translation', model: translation.model(config), dataset: config.dataset.name, factors: own };
  return { ...arm, id: idOf(config), cell: cellNameOf(arm, config.seed), seed: config.seed, needs: [], config };
}

/** A completed record of one of these cells. */
export function translationRecord(
  overrides: RecordOverrides = {},
  configOverrides: Partial<TranslationConfig> = {},
  factors: readonly string[] = [],
): FinishedRecord {
  const { value = 30, ...fields } = overrides;
  return finishedRecord({
    ...fixtureRecord(),
    ...identityOf(translationConfig(configOverrides), factors),
    suite: 'translation',
    measures: [
      { metric: 'bleu', value, best: null },
      { metric: 'chrf', value: 55.5, best: null },
      { metric: 'valid_loss', value: 1, best: null },
      { metric: 'perplexity', value: Math.E, best: null },
    ],
    details: {
      decoded_epoch: 2,
      bleu_signature: 'nrefs:1',
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
    curve: [1, 2].map((epoch) =>
      fixturePoint(epoch, {
        test_loss: null,
        test_accuracy: null,
        valid_loss: 2 / epoch,
        perplexity: Math.exp(2 / epoch),
      }),
    ),
    ...fields,
  });
}

/** A record of one of these cells that failed. */
export function failedTranslation(error: string, configOverrides: Partial<TranslationConfig> = {}): CellRecord {
  const { started_at, finished_at } = fixtureRecord();
  return recordSchema.parse({
    version: recordVersion,
    ...identityOf(translationConfig(configOverrides), []),
    suite: 'translation',
    profile: 'smoke',
    ratio: null,
    seconds: 1,
    warnings: [],
    started_at,
    finished_at,
    status: 'failed',
    error,
  });
}
