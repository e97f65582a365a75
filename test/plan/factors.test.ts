import { describe, expect, test } from 'vitest';
import { cellNameOf } from '../../harness/cell-name.ts';
import { product } from '../../harness/plan/drafts.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { isAmortizedInference } from '../../harness/spec/amortized-inference.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { dataFolderNames } from '../../harness/spec/datasets.ts';
import { isDenoisingEncoder } from '../../harness/spec/denoising-encoder.ts';
import { isGaussianAttention } from '../../harness/spec/gaussian-attention.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { isLazyTraining } from '../../harness/spec/lazy-training.ts';
import { isNasi, isSearch } from '../../harness/spec/nasi.ts';
import { isTwinRegularization } from '../../harness/spec/twin-regularization.ts';
import { factorOf, type ProfileName } from '../../harness/spec/words.ts';
import { suites } from '../../suites/registry.ts';
import { experimentOf, fixtureSuite, imageConfig, setting } from '../helpers/suites.ts';

describe('the product of lists', () => {
  test('has every choice of one value from each, the last list fastest', () => {
    expect(
      product<number | string>([
        [1, 2],
        ['a', 'b', 'c'],
      ]),
    ).toEqual([
      [1, 'a'],
      [1, 'b'],
      [1, 'c'],
      [2, 'a'],
      [2, 'b'],
      [2, 'c'],
    ]);
  });

  test('is one empty choice of no lists, and none where a list is empty', () => {
    expect(product([])).toEqual([[]]);
    expect(product([[1, 2], []])).toEqual([]);
  });
});

describe('an arm with several λ', () => {
  const cells = planCells(
    fixtureSuite((suite) => {
      setting('models', [{ name: 'resnet', depth: 8, width: 8 }])(suite);
      setting('seeds', 1)(suite);
      experimentOf(suite).arms[1]!.factors = {
        // In another order than the words', which decides.
        decay: [1e-3, 0.02],
        regularizer: ['none', 'frobenius-decay'],
        init: ['spectral'],
        budget: [0.25],
      };
    }),
    'smoke',
    { present: [] },
  );
  const [, ...low] = cells;

  test('has one cell a λ, but one alone without decay, where λ is no factor', () => {
    expect(cells.map(({ cell }) => cell.split('.resnet')[0])).toEqual([
      'dense.default.weight-decay',
      'low-rank-0.25.spectral.none',
      'low-rank-0.25.spectral.frobenius-decay-0.001',
      'low-rank-0.25.spectral.frobenius-decay-0.02',
    ]);
    expect(low.map(({ factors }) => factors.map(({ name }) => name).join())).toEqual([
      'method,budget,init,regularizer',
      'method,budget,init,regularizer,decay',
      'method,budget,init,regularizer,decay',
    ]);
    expect(low.map((cell) => factorOf(cell, 'decay'))).toEqual([null, 1e-3, 0.02]);
  });

  test('trains with each, and with that of the training where it is no factor', () => {
    expect(cells.map((cell) => imageConfig(cell).training.decay)).toEqual([1e-4, 1e-4, 1e-3, 0.02]);
  });
});

test('a budget may be a rank scale above 1: the factors then hold more than the dense network', () => {
  const suite = fixtureSuite((spec) => {
    const [, low] = experimentOf(spec).arms;
    Object.assign(low!, { budgetUnit: 'rank-scale', factors: { ...low!.factors, budget: [2] } });
  });
  const [cell] = planCells(suite, 'smoke', { present: [], only: ['low-rank-2.default.none*'] });
  expect(cell!.config).toMatchObject({ budget: 2, budgetUnit: 'rank-scale' });
  expect(cell!.ratio).toBeGreaterThan(1);
});

const profiles = suites.flatMap((suite) =>
  (Object.keys(suite.profiles) as ProfileName[]).map((profile) => ({ suite, profile, name: suite.name })),
);

/** A cell's name, put together from its configuration by hand. */
function nameOf(cell: PlannedCell): string {
  const { config, factors, model, dataset, seed } = cell;
  if (isLazyTraining(config)) {
    return `${config.method}-${config.widthRatio}.${config.fit.name}.${config.target}-d${config.dimension}.seed-${seed}`;
  }
  if (isGaussianAttention(config)) {
    return `${config.method}.${config.paths}.memory-${config.model.dimension}.${dataset}.seed-${seed}`;
  }
  if (isNasi(config)) {
    const own = isSearch(config) ? config.searchInput : config.architecture;
    return `${config.method}.${own}.${model}.${dataset}.seed-${seed}`;
  }
  if (isDenoisingEncoder(config)) {
    return `${config.method}-${config.sigma}.hidden-${config.model.hidden.join('-')}.${dataset}.seed-${seed}`;
  }
  if (isAmortizedInference(config)) {
    const { objective, budget, method, init, regularizer } = config;
    const setting = 'sigma' in objective ? objective.sigma : 'bound' in objective ? objective.bound : null;
    const own = 'samples' in objective ? objective.samples : setting;
    const kept = budget === 1 ? method : `${method}-${budget}`;
    const trained = own === null ? objective.name : `${objective.name}-${own}`;
    return `${kept}.${init}.${regularizer}.${trained}.${model}.${dataset}.seed-${seed}`;
  }
  if (isTwinRegularization(config)) {
    const { method, twinWeight, lookAhead, budget, init, regularizer } = config;
    const own = [twinWeight, lookAhead === 0 ? null : lookAhead, budget === 1 ? null : budget];
    const numbers = own.flatMap((value) => (value === null ? [] : [`-${value}`])).join('');
    return `${method}${numbers}.${init}.${regularizer}.${model}.${dataset}.seed-${seed}`;
  }
  const { method, budget, init, regularizer, training, teacher } = config as unknown as Record<
    string,
    string | number
  > & {
    training: {
      decay: number;
      decayCoupling?: string;
      epochs: number;
      learningRate: number;
      optimizer?: { name: string };
    };
    teacher?: { temperature: number; weight: number };
  };
  const has = (name: string) => factors.some((factor) => factor.name === name);
  const rate = has('learning_rate') ? `-${training.learningRate}` : '';
  const decayed = `${regularizer}${has('decay') ? `-${training.decay}` : ''}${rate}`;
  const coupled = has('coupling') ? [training.decayCoupling] : [];
  const tuned = has('tuning') ? ['tuned'] : [];
  const longer = has('epochs') ? [`epochs-${training.epochs}`] : [];
  const taught = has('temperature') ? [`temperature-${teacher!.temperature}`, `soft-${teacher!.weight}`] : [];
  const optimizer = has('optimizer') && training.optimizer!.name !== 'adam' ? [training.optimizer!.name] : [];
  const own = [...tuned, ...coupled, ...longer, ...taught, ...optimizer];
  const arm = [`${method}${budget === 1 ? '' : `-${budget}`}`, init, decayed, ...own];
  return [...arm, model, dataset, `seed-${seed}`].join('.');
}

describe.each(profiles)('every cell of $name, $profile,', ({ suite, profile }) => {
  const cells = planCells(suite, profile, { present: dataFolderNames, untuned: 'counted' });

  test('has the factors that its words read from its configuration, in their order', () => {
    for (const { cell, config, kind, factors, model, dataset, seed } of cells) {
      const words = wordsOfKind(kind);
      const order = Object.keys(words.factors);
      const names = factors.map(({ name }) => name);
      expect(names, cell).toEqual(order.filter((name) => names.includes(name)));
      const first = words.usesMethods ? ['method', 'budget', 'init', 'regularizer'] : ['method'];
      expect(names.slice(0, first.length), cell).toEqual(first);
      expect(factors, cell).toEqual(names.map((name) => ({ name, value: words.factors[name]!.of(config) })));
      expect([kind, model, dataset, seed], cell).toEqual([
        config.task,
        words.model(config),
        words.dataset(config),
        config.seed,
      ]);
    }
  });

  test('is named after them', () => {
    for (const cell of cells) {
      expect(cell.cell).toBe(nameOf(cell));
      expect(cell.cell).toBe(cellNameOf(cell, cell.seed));
    }
  });
});

/** Hashes of the configurations as JSON with sorted keys, computed apart from the harness. */
test.each([
  ['compression', 'dense.default.none.resnet-8-w8.cifar-10.seed-0', '937bc75c8237cd73'],
  ['compression', 'low-rank-0.25.default.frobenius-decay.resnet-8-w8.cifar-10.seed-0', '1f12596abb6323f4'],
  ['compression', 'low-rank-0.25.spectral.none.resnet-8-w8.generated.seed-0', '96d6512709c08db3'],
  ['tensors', 'cp-0.15.spectral.frobenius-decay.wrn-10-1.cifar-10.seed-0', '9f4a68e7efcb38ff'],
  ['tensors', 'tensor-train-0.15.default.none.wrn-10-1.generated.seed-0', '09b9226c25919b76'],
  ['translation', 'dense.default.weight-decay.transformer-1-48.generated-pair.seed-0', '8d9f914d4e44df2a'],
  ['translation', 'low-rank-0.5.spectral.frobenius-decay.transformer-1-48.generated-pair.seed-0', '08be3743f549d33f'],
])('the id of a cell of %s is golden: %s', (name, cell, id) => {
  const suite = suites.find((known) => known.name === name)!;
  const present = cell.includes('.generated.') ? [] : dataFolderNames;
  expect(planCells(suite, 'smoke', { present, only: [cell] }).map((planned) => planned.id)).toEqual([id]);
});
