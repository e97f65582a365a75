import type { EpochPoint, Verdict, VerdictName } from '../../harness/record.ts';
import { type CellRecord, recordSchema } from '../../harness/record.ts';
import type { ImageConfig } from '../../harness/spec/spec.ts';

/** Records as a small suite writes them; every field can be overridden, and each record is checked against the schema. */

const fingerprint = {
  engine: 'tfjs 4.22.0',
  tensorflow: '2.21.0',
  binding: 'napi 1',
  device: 'cpu',
  instruction_set: 'avx2',
  threads: 1,
  flags: 'deterministic',
  data: '0123456789abcdef',
};

export function fixtureConfig(overrides: Partial<ImageConfig> = {}): ImageConfig {
  return {
    model: { name: 'resnet', depth: 20, width: 16 },
    dataset: {
      name: 'generated',
      trainExamples: 2000,
      testExamples: 500,
      flip: true,
      cropPadding: 4,
      normalization: 'dataset',
    },
    training: {
      epochs: 2,
      batchSize: 128,
      learningRate: 0.1,
      decayAt: [0.5, 0.75],
      decayFactor: 0.1,
      firstEpochLearningRate: null,
      momentum: 0.9,
      decay: 0.0001,
      labelSmoothing: 0,
    },
    method: 'low-rank',
    init: 'default',
    regularizer: 'weight-decay',
    budget: 0.1,
    seed: 0,
    ...overrides,
  };
}

/** A completed record of `low-rank` at 10 % of the parameters; its id and name follow from the configuration. */
export function fixtureRecord(
  overrides: Partial<CellRecord> = {},
  configOverrides: Partial<ImageConfig> = {},
): CellRecord {
  const config = (overrides.config as ImageConfig | undefined) ?? fixtureConfig(configOverrides);
  const method = config.method === 'dense' ? 'dense' : `${config.method}-${config.budget}`;
  const arm = `${method}.${config.init}.${config.regularizer}`;
  const model = `resnet-${'depth' in config.model ? config.model.depth : 28}`;
  const cell = `${arm}.${model}.${config.dataset.name}.seed-${config.seed}`;
  const dense = config.method === 'dense';
  return recordSchema.parse({
    version: 1,
    id: `id:${cell}:${config.training.epochs}`,
    suite: 'compression',
    profile: 'smoke',
    cell,
    model,
    dataset: config.dataset.name,
    method: config.method,
    init: config.init,
    regularizer: config.regularizer,
    budget: config.budget,
    ratio: dense ? 1 : 0.1003,
    seed: config.seed,
    weight_ratio: dense ? 1 : 0.0951,
    parameters: dense ? 269722 : 27053,
    nonzero_parameters: dense ? 269722 : 27053,
    macs: dense ? 40551040 : 4301120,
    training_passes: config.training.epochs,
    training_macs: 3 * (dense ? 40551040 : 4301120) * 2000 * config.training.epochs,
    metric: 'accuracy',
    value: 0.55,
    best_value: 0.56,
    train_loss: 1.25,
    train_examples_per_second: 400,
    eval_examples_per_second: 1500,
    step_ms: dense ? 400 : 200,
    gpu_memory_peak_bytes: null,
    rss_peak_bytes: 524288000,
    tensor_peak_bytes: 104857600,
    seconds: 12.5,
    weights_digest: `digest:${cell}`,
    status: 'completed',
    error: null,
    config,
    program: 'fixture',
    fingerprint,
    data_source: 'generated',
    train_examples: 2000,
    test_examples: 500,
    phases: [{ label: 'train', epochs: 2 }],
    curve: [1, 2].map((epoch) => fixtureEpoch(epoch)),
    warnings: [],
    started_at: '2026-11-23T10:00:00.000Z',
    finished_at: '2026-11-23T10:00:12.500Z',
    ...overrides,
  } satisfies Record<Exclude<keyof CellRecord, 'origin' | 'translation'>, unknown>);
}

export function fixtureEpoch(epoch: number, overrides: Partial<EpochPoint> = {}): EpochPoint {
  return {
    epoch,
    learning_rate: 0.1,
    train_loss: 2 / epoch,
    train_accuracy: 0.2 * epoch,
    test_loss: 2.1 / epoch,
    test_accuracy: 0.25 * epoch,
    frobenius_norm: 10 / epoch,
    nuclear_norm: 30 / epoch,
    learning_rate_over_norm: 0.01 * epoch,
    effective_learning_rate: 0.001 * epoch,
    seconds: 6,
    ...overrides,
  };
}

export function failedRecord(error: string, configOverrides: Partial<ImageConfig> = {}): CellRecord {
  const unmeasured = {
    weight_ratio: null,
    training_passes: null,
    training_macs: null,
    phases: [],
    ratio: null,
    parameters: null,
    nonzero_parameters: null,
    macs: null,
    value: null,
    best_value: null,
    train_loss: null,
    train_examples_per_second: null,
    eval_examples_per_second: null,
    step_ms: null,
    rss_peak_bytes: null,
    tensor_peak_bytes: null,
    seconds: null,
    weights_digest: null,
    fingerprint: null,
    data_source: null,
    train_examples: null,
    test_examples: null,
    curve: [],
  };
  return fixtureRecord({ status: 'failed', error, ...unmeasured }, configOverrides);
}

export function fixtureVerdict(record: CellRecord, verdict: VerdictName, overrides: Partial<Verdict> = {}): Verdict {
  const { id, cell } = record;
  return { id, cell, verdict, reason: `${cell}: ${verdict}`, expected: 0.55, measured: record.value, ...overrides };
}
