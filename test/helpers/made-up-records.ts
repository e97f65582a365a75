import { createHash } from 'node:crypto';
import { streamsOf, type Uniform } from '../../harness/random.ts';
import type { CellRecord, CurvePoint } from '../../harness/record.ts';
import type { ImageConfig } from '../../harness/spec/image.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from './records.ts';

/** Records of trainings that never were, valid by the record's schema: as many as a report is to be tried with. */

const models: readonly ImageConfig['model'][] = [
  ...[20, 32, 44, 56, 110].map((depth) => ({ name: 'resnet' as const, depth, width: 16 })),
  ...[32, 64].map((width) => ({ name: 'resnet' as const, depth: 20, width })),
  ...[20, 32, 56].map((depth) => ({ name: 'resnet-projection' as const, depth, width: 32 })),
  ...[64, 32].map((width) => ({ name: 'vgg' as const, depth: 19 as const, width })),
  { name: 'wide-resnet', depth: 16, widen: 4 },
  { name: 'wide-resnet', depth: 28, widen: 10 },
];
const datasets = ['cifar-10', 'cifar-100', 'tiny-imagenet'] as const;
const budgets = [0.1, 0.05, 0.04, 0.02, 0.01];
const sparse = ['magnitude', 'snip', 'grasp', 'synflow', 'set', 'rigl', 'random', 'iterative'];

type ArmConfig = Pick<ImageConfig, 'method' | 'budget' | 'init' | 'regularizer'>;

/** The arms of one model and data set: a hundred. */
function armsOfPlace(): ArmConfig[] {
  const dense = (['none', 'weight-decay'] as const).map((regularizer): ArmConfig => {
    return { method: 'dense', budget: 1, init: 'default', regularizer };
  });
  const factorized = (method: string, own: readonly number[]) =>
    own.flatMap((budget) =>
      (['default', 'spectral', 'iid'] as const).flatMap((init) =>
        (['none', 'weight-decay', 'frobenius-decay'] as const).map((regularizer): ArmConfig => {
          return { method, budget, init, regularizer };
        }),
      ),
    );
  const masked = sparse.flatMap((method) =>
    budgets.map((budget): ArmConfig => ({ method, budget, init: 'default', regularizer: 'weight-decay' })),
  );
  return [...dense, ...factorized('low-rank', budgets), ...factorized('tensor-train', [0.05]), ...masked].concat(
    budgets.slice(0, 4).map((budget) => ({ method: 'wider', budget, init: 'default', regularizer: 'weight-decay' })),
  );
}

/** Seeds of each arm. */
const seeds = 5;

/**
 * So many records of a suite of compression, arm by arm and seed by seed: five seeds an arm, a hundred arms a model and
 * data set; one of a hundred failed or diverged. The same count and epochs give the same records.
 */
export function* madeUpRecords(count: number, epochs = 200): Generator<CellRecord> {
  let made = 0;
  for (const dataset of datasets) {
    for (const model of models) {
      for (const arm of armsOfPlace()) {
        for (let seed = 0; seed < seeds; seed++) {
          if (made === count) return;
          yield madeUpRecord(made++, { ...arm, model, seed }, dataset, epochs);
        }
      }
    }
  }
  throw new Error(`madeUpRecords: ${count} records were asked for; there are ${made}`);
}

type Choice = ArmConfig & Pick<ImageConfig, 'model' | 'seed'>;

function madeUpRecord(at: number, choice: Choice, dataset: (typeof datasets)[number], epochs: number): CellRecord {
  const uniform = streamsOf('made-up', at)('record');
  const base = fixtureConfig();
  const config: Partial<ImageConfig> = {
    ...choice,
    dataset: { ...base.dataset, name: dataset, trainExamples: null, testExamples: null },
    training: { ...base.training, epochs },
  };
  if (at % 200 === 199) {
    return { ...failedRecord('made up: the worker ended without a result', config), profile: 'paper' };
  }
  const value = accuracyOf(choice, uniform);
  const dense = choice.method === 'dense';
  const masked = sparse.includes(choice.method);
  const parameters = dense || masked ? 269722 : Math.round(269722 * choice.budget);
  const nonzero = Math.round(269722 * choice.budget);
  const costs = {
    macs: Math.round(40551040 * (dense ? 1 : 2 * choice.budget)),
    training_macs: Math.round(3 * 40551040 * 50000 * epochs * (dense || masked ? 1 : 2 * choice.budget)),
    train_examples_per_second: 300 + 200 * uniform(),
    eval_examples_per_second: 1000 + 600 * uniform(),
    step_ms: 150 + 200 * uniform(),
    rss_peak_bytes: Math.round(4e8 + 3e8 * uniform()),
    tensor_peak_bytes: Math.round(1e8 + 1e8 * uniform()),
    seconds: 3000 + 2000 * uniform(),
  };
  const ratio = dense ? 1 : choice.budget;
  const diverged = at % 200 === 99;
  return fixtureRecord(
    {
      ...costs,
      ...(diverged ? { status: 'diverged', value: null, best: null } : { value, best: value + 0.001 }),
      profile: 'paper',
      ratio,
      weight_ratio: ratio,
      parameters,
      nonzero_parameters: nonzero,
      training_passes: epochs,
      data_source: 'files',
      train_examples: 50000,
      validation_examples: 5000,
      test_examples: 10000,
      phases: [{ label: 'train', epochs }],
      weights_digest: createHash('sha256').update(`made up ${at}`).digest('hex'),
      curve: curveOf(epochs, value, uniform),
    },
    config,
  );
}

function accuracyOf({ method, budget, init, regularizer }: Choice, uniform: Uniform): number {
  const gain = (init === 'spectral' ? 0.01 : 0) + (regularizer === 'frobenius-decay' ? 0.012 : 0);
  const loss = method === 'dense' ? 0 : 0.02 * Math.log2(0.2 / budget);
  return Math.round(1e4 * (0.93 - loss + gain + 0.004 * uniform())) / 1e4;
}

function curveOf(epochs: number, value: number, uniform: Uniform): CurvePoint[] {
  return Array.from({ length: epochs }, (_, i) => {
    const done = (i + 1) / epochs;
    const noise = () => 0.02 * (uniform() - 0.5);
    return {
      at: i + 1,
      seconds: 15 + 5 * uniform(),
      values: {
        learning_rate: 0.1 * 0.1 ** Math.floor(3 * done),
        train_loss: 2.3 * (1 - done) + 0.01 + Math.abs(noise()),
        train_accuracy: Math.min(1, value * Math.sqrt(done) + Math.abs(noise())),
        test_loss: 2.4 * (1 - done) + 0.3 + noise(),
        test_accuracy: Math.max(0, value * Math.sqrt(done) + noise()),
        frobenius_norm: 40 - 20 * done + noise(),
        nuclear_norm: 300 - 100 * done + 10 * noise(),
        learning_rate_over_norm: 0.001 / (1 + 10 * done) + 0.001 * Math.abs(noise()),
        effective_learning_rate: 0.0001 / (1 + 10 * done) + 0.0001 * Math.abs(noise()),
        factor_balance: 12 * (1 - done) + noise(),
      },
    };
  });
}
