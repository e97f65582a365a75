import { idOf } from '../../harness/cell-id.ts';
import { cellNameOf } from '../../harness/cell-name.ts';
import {
  type CellRecord,
  type CompletedRecord,
  type CurvePoint,
  type FinishedRecord,
  gatedValue,
  recordSchema,
  recordVersion,
  resultDigestOf,
  type Verdict,
  type VerdictName,
} from '../../harness/record.ts';
import { type ImageConfig, image } from '../../harness/spec/image.ts';

/**
 * Records as a small suite writes them; every field can be overridden, and each record is checked against the schema.
 */

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
    task: 'image',
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

/**
 * What can be overridden: the fields of a completed record, another status, and the gated metric's numbers by short
 * names.
 */
export type RecordOverrides = Partial<Omit<CompletedRecord, 'status'>> & {
  status?: 'completed' | 'diverged';
  error?: string;
  value?: number | null;
  best?: number | null;
};

/** The cell of a configuration, as a plan makes it, with the given factors beside the usual ones. */
export function fixtureIdentity(config: ImageConfig, factors: readonly string[] = []) {
  const names = ['method', 'budget', 'init', 'regularizer', ...factors];
  const own = Object.entries(image.factors)
    .filter(([name]) => names.includes(name))
    .map(([name, words]) => ({ name, value: words.of(config)! }));
  const arm = { kind: 'image', model: image.model(config), dataset: image.dataset(config), factors: own };
  return { ...arm, id: idOf(config), cell: cellNameOf(arm, config.seed), seed: config.seed, needs: [], config };
}

/** A completed record of `low-rank` at 10 % of the parameters; its id and name follow from the configuration. */
export function fixtureRecord(
  overrides: RecordOverrides = {},
  configOverrides: Partial<ImageConfig> = {},
  factors: readonly string[] = [],
): FinishedRecord {
  const { value = 0.55, best = 0.56, status = 'completed', error, ...fields } = overrides;
  const config = (overrides.config as ImageConfig | undefined) ?? fixtureConfig(configOverrides);
  const identity = fixtureIdentity(config, factors);
  const dense = config.method === 'dense';
  const record = {
    version: recordVersion,
    ...identity,
    suite: 'compression',
    profile: 'smoke',
    ratio: dense ? 1 : 0.1003,
    measures: [{ metric: 'accuracy', value, best }],
    checks: [],
    details: null,
    weight_ratio: dense ? 1 : 0.0951,
    parameters: dense ? 269722 : 27053,
    nonzero_parameters: Math.min(dense ? 269722 : 27053, fields.parameters ?? Number.POSITIVE_INFINITY),
    macs: dense ? 40551040 : 4301120,
    training_passes: config.training.epochs,
    training_macs: 3 * (dense ? 40551040 : 4301120) * 2000 * config.training.epochs,
    train_loss: 1.25,
    train_examples_per_second: 400,
    eval_examples_per_second: 1500,
    step_ms: dense ? 400 : 200,
    gpu_memory_peak_bytes: null,
    rss_peak_bytes: 524288000,
    tensor_peak_bytes: 104857600,
    seconds: 12.5,
    weights_digest: `digest:${identity.cell}`,
    needed_digests: [],
    status,
    ...(status === 'diverged'
      ? { error: error ?? 'training diverged in epoch 2: the loss is not a finite number' }
      : {}),
    program: 'fixture',
    fingerprint,
    data_source: 'generated',
    train_examples: 2000,
    validation_examples: 250,
    test_examples: 500,
    phases: [{ label: 'train', epochs: 2 }],
    curve: [1, 2].map((epoch) => fixturePoint(epoch)),
    warnings: [],
    started_at: '2026-11-23T10:00:00.000Z',
    finished_at: '2026-11-23T10:00:12.500Z',
    ...fields,
  };
  return finishedRecord(record);
}

/** A finished record of these fields, with the digest of its result. */
export function finishedRecord(fields: Parameters<typeof resultDigestOf>[0] & Record<string, unknown>): FinishedRecord {
  return recordSchema.parse({ ...fields, result_digest: resultDigestOf(fields) }) as FinishedRecord;
}

/** A point of a curve after so many epochs. */
export function fixturePoint(at: number, values: Record<string, number | null> = {}): CurvePoint {
  return {
    at,
    seconds: 6,
    values: {
      learning_rate: 0.1,
      train_loss: 2 / at,
      train_accuracy: 0.2 * at,
      test_loss: 2.1 / at,
      test_accuracy: 0.25 * at,
      frobenius_norm: 10 / at,
      nuclear_norm: 30 / at,
      learning_rate_over_norm: 0.01 * at,
      effective_learning_rate: 0.001 * at,
      factor_balance: 12 / at,
      ...values,
    },
  };
}

/** A record of a cell that failed. */
export function failedRecord(error: string, configOverrides: Partial<ImageConfig> = {}): CellRecord {
  return recordSchema.parse({
    version: recordVersion,
    ...fixtureIdentity(fixtureConfig(configOverrides)),
    suite: 'compression',
    profile: 'smoke',
    ratio: null,
    seconds: 12.5,
    warnings: [],
    started_at: '2026-11-23T10:00:00.000Z',
    finished_at: '2026-11-23T10:00:12.500Z',
    status: 'failed',
    error,
  });
}

export function fixtureVerdict(record: CellRecord, verdict: VerdictName, overrides: Partial<Verdict> = {}): Verdict {
  const { id, cell } = record;
  return {
    id,
    cell,
    verdict,
    lane: 'quality',
    reason: `${cell}: ${verdict}`,
    quantity: 'accuracy',
    expected: 0.55,
    measured: gatedValue(record),
    bound: null,
    ...overrides,
  };
}
