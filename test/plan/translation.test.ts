import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planBudget } from '../../harness/budget/budget.ts';
import { idOf } from '../../harness/cell-id.ts';
import { UsageError } from '../../harness/errors.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { countedLengths, sizedTransformer } from '../../harness/shape/sized-transformer.ts';
import { configSchema } from '../../harness/spec/kinds.ts';
import type { TranslationConfig } from '../../harness/spec/translation.ts';
import type { BudgetUnit } from '../../harness/spec/words.ts';
import { transformerOf } from '../../harness/tasks/translation/outline.ts';
import { compression } from '../../suites/compression.ts';
import { translationCells, translationSuite } from '../helpers/translation-cells.ts';

const small = {
  name: 'transformer',
  layers: 2,
  width: 256,
  feedForward: 1024,
  heads: 4,
  positions: 512,
  vocabulary: 8000,
} as const;

describe('cells of translation', () => {
  test('are named and identified by arm, rank scale, model and data set', () => {
    const cells = translationCells();
    expect(cells.map(({ cell }) => cell)).toEqual([
      'dense.default.none.transformer-1-16.generated-pair.seed-0',
      'low-rank-0.5.default.none.transformer-1-16.generated-pair.seed-0',
      'low-rank-0.5.default.frobenius-decay.transformer-1-16.generated-pair.seed-0',
      'low-rank-0.5.spectral.none.transformer-1-16.generated-pair.seed-0',
      'low-rank-0.5.spectral.frobenius-decay.transformer-1-16.generated-pair.seed-0',
    ]);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(5);
    expect(cells[1]!.config).toMatchObject({ budget: 0.5, budgetUnit: 'rank-scale' });
    expect(cells[0]!.config).not.toHaveProperty('budgetUnit');
    for (const { config } of cells) expect(configSchema.parse(config)).toEqual(config);
  });

  test('have one for each λ of an arm, but one alone without a regularizer', () => {
    const cells = translationCells(({ arms }) => {
      arms[1]!.factors.decay = [1e-6, 5e-5];
      arms[1]!.factors.init = ['spectral-query-key'];
    });
    const low = cells.filter(({ config }) => config.method === 'low-rank');
    expect(low.map(({ cell }) => cell.split('.transformer')[0])).toEqual([
      'low-rank-0.5.spectral-query-key.none',
      'low-rank-0.5.spectral-query-key.frobenius-decay-0.000001',
      'low-rank-0.5.spectral-query-key.frobenius-decay-0.00005',
    ]);
    expect(low.map(({ config }) => (config as TranslationConfig).training.decay)).toEqual([1e-3, 1e-6, 5e-5]);
  });

  test('name where decay enters where their arm does, but not without a regularizer', () => {
    const cells = translationCells(({ arms }) => {
      arms[1]!.factors.init = ['spectral'];
      arms[1]!.factors.coupling = ['released', 'gradient'];
    });
    const low = cells.filter(({ config }) => config.method === 'low-rank');
    expect(low.map(({ cell }) => cell.split('.transformer')[0])).toEqual([
      'low-rank-0.5.spectral.none',
      'low-rank-0.5.spectral.frobenius-decay.released',
      'low-rank-0.5.spectral.frobenius-decay.gradient',
    ]);
    expect(low.map(({ config }) => (config as TranslationConfig).training.decayCoupling)).toEqual([
      'decoupled',
      'released',
      'gradient',
    ]);
  });

  test('need a method that knows matrices', () => {
    const suite = (method: string) =>
      translationSuite(
        ({ arms }) => void arms.push({ method, factors: { budget: [0.5], init: ['default'], regularizer: ['none'] } }),
      );
    expect(() => planCells(suite('tucker'), 'smoke', { present: [] })).toThrow(UsageError);
    expect(() => planCells(suite('tucker'), 'smoke', { present: [] })).toThrow('works on convolutions only');
  });

  const sparse = (method: string, budgetUnit?: 'rank-scale') =>
    translationCells(({ arms, training }) => {
      training.epochs = 4;
      const unit = budgetUnit === undefined ? {} : { budgetUnit };
      arms.push({
        method,
        factors: { budget: [0.5], init: ['default'], regularizer: ['weight-decay'] },
        ...unit,
      });
    }).at(-1)!;

  test.each(['grasp', 'mlprune', 'obd'])('are refused to %s, which needs networks of images', (method) => {
    expect(() => sparse(method)).toThrow(UsageError);
    expect(() => sparse(method)).toThrow(`method ${method}: scores weights by what only networks of images offer`);
  });

  test.each([
    'random-pruning',
    'snip',
    'magnitude',
    'set',
    'gradient-magnitude',
    'random-ticket',
    'lottery-ticket',
    'deep-r',
    'dsr',
    'rigl',
  ])('are planned for %s, at a share of parameters or as many as low-rank has', (method) => {
    const cell = sparse(method);
    expect(Math.abs(cell.ratio! - 0.5)).toBeLessThan(1e-4);
    const low = translationCells().find(({ config }) => config.method === 'low-rank')!;
    expect(sparse(method, 'rank-scale').ratio).toBe(low.ratio);
    expect(low.ratio).not.toBe(cell.ratio);
  });

  test('of phases take the time of all', () => {
    const [dense] = translationCells(({ training }) => Object.assign(training, { epochs: 4 }));
    const trained = (cell: typeof dense) => cell!.estimatedSeconds;
    // Four epochs and two more of the dense network.
    const six = translationCells(({ training }) => Object.assign(training, { epochs: 6 }))[0];
    expect(trained(sparse('magnitude'))).toBeCloseTo(trained(six), 9);
    expect(trained(sparse('magnitude'))).toBeGreaterThan(trained(dense));
  });

  test('take longer for more epochs, fewer for capped updates, and less under a smaller scale', () => {
    const estimate = (change: Parameters<typeof translationCells>[0], index = 1) =>
      translationCells(change)[index]!.estimatedSeconds;
    const base = estimate(undefined);
    expect(estimate(({ training }) => Object.assign(training, { epochs: 30 }))).toBeGreaterThan(base);
    expect(estimate(({ training }) => Object.assign(training, { updates: 1 }))).toBeLessThan(base);
    expect(base).toBeLessThan(estimate(undefined, 0));
  });
});

describe('the budget of a Transformer', () => {
  const blueprint = transformerOf(small);
  const plan = (method: string, amount: number, unit: BudgetUnit = 'parameters') =>
    planBudget(sizedTransformer(blueprint), methodOf(method), { amount, unit });

  test('counts transformer_small by hand', () => {
    expect(blueprint.name).toBe('transformer-small');
    const [body, norms] = [3_670_016, 2 * 256 * (2 * 2 + 2 * 3 + 2)];
    const dense = body + norms + (2 * 8000 + 512) * 256 + 256 * 8000 + 8000;
    // Halved ranks: of 256 x 1024 matrices 128·1280, of tables and the output 128·(rows + 256), of attention half.
    const half = (6 * 4 * 256 * 256) / 2 + 8 * 128 * 1280 + norms + 128 * (3 * (8000 + 256) + (512 + 256)) + 8000;
    expect(plan('low-rank', 0.5, 'rank-scale').ratio).toBeCloseTo(half / dense, 12);
    expect(plan('low-rank', 0.5, 'rank-scale').scale).toBe(0.5);
    expect(plan('dense', 1)).toMatchObject({ scale: 1, ratio: 1, weightRatio: 1, keep: null });
  });

  test('finds the scale of a ratio by bisection', () => {
    const { ratio, scale } = plan('low-rank', 0.4);
    expect(ratio).toBeCloseTo(0.4, 2);
    expect(plan('low-rank', scale, 'rank-scale').ratio).toBe(ratio);
    expect(plan('low-rank', scale, 'rank-scale').passMacs).toBeLessThan(plan('dense', 1).passMacs);
    expect(countedLengths.source).toBe(24);
  });

  test('refuses a ratio out of reach', () => {
    expect(() => plan('low-rank', 0.0001)).toThrow('the nearest budget that it reaches is');
  });
});

test('configurations of the stored baselines of compression are read, and keep their ids', () => {
  for (const profile of ['smoke', 'nightly'] as const) {
    const file = new URL(`../../baselines/compression.${profile}.json`, import.meta.url);
    const stored: { cells: { cell: string; id: string; config: unknown }[] } = JSON.parse(readFileSync(file, 'utf8'));
    const present = ['cifar-10', 'cifar-100', 'tiny-imagenet'] as const;
    const planned = [present, []].flatMap((files) => {
      if (profile !== 'smoke' && files.length === 0) return [];
      return planCells(compression, profile, { present: files, seeds: 5, untuned: 'counted' });
    });
    expect(stored.cells.length).toBeGreaterThan(10);
    for (const { cell, id, config } of stored.cells) expect(idOf(configSchema.parse(config)), cell).toBe(id);
    expect(planned.some(({ config }) => config.task === 'translation')).toBe(false);
  }
});
