import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countedLengths, planTransformer } from '../harness/budget/transformer-budget.ts';
import { UsageError } from '../harness/errors.ts';
import { methodOf } from '../harness/methods/registry.ts';
import { planCells } from '../harness/plan.ts';
import { cellConfigSchema, isTranslation, type TranslationConfig } from '../harness/spec/spec.ts';
import { transformerOf } from '../harness/tasks/translation/outline.ts';
import { compression } from '../suites/compression.ts';
import { translationCells, translationSuite } from './helpers/translation-cells.ts';

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
    for (const { config } of cells) expect(cellConfigSchema.parse(config)).toEqual(config);
  });

  test('have one for each λ of an arm, but one alone without a regularizer', () => {
    const cells = translationCells(({ arms }) => {
      arms[1]!.decays = [1e-6, 5e-5];
      arms[1]!.inits = ['spectral-query-key'];
    });
    const low = cells.filter(({ method }) => method === 'low-rank');
    expect(low.map(({ cell }) => cell.split('.transformer')[0])).toEqual([
      'low-rank-0.5.spectral-query-key.none',
      'low-rank-0.5.spectral-query-key.frobenius-decay-0.000001',
      'low-rank-0.5.spectral-query-key.frobenius-decay-0.00005',
    ]);
    expect(low.map(({ config }) => (config as TranslationConfig).training.decay)).toEqual([1e-3, 1e-6, 5e-5]);
  });

  test('end in the variant of their experiment', () => {
    const [cell] = translationCells((experiment) => Object.assign(experiment, { variant: 'released' }));
    expect(cell!.cell).toBe('dense.default.none.transformer-1-16.generated-pair.released.seed-0');
  });

  test('need a method that knows matrices', () => {
    const suite = (method: string) =>
      translationSuite(
        ({ arms }) => void arms.push({ method, inits: ['default'], regularizers: ['none'], budgets: [0.5] }),
      );
    expect(() => planCells(suite('snip'), 'smoke', { present: [] })).toThrow(UsageError);
    expect(() => planCells(suite('snip'), 'smoke', { present: [] })).toThrow('works on convolutions only');
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

describe('planTransformer', () => {
  const blueprint = transformerOf(small);
  const plan = (method: string, budget: number, budgetUnit?: 'rank-scale') =>
    planTransformer(blueprint, methodOf(method), { budget, budgetUnit });

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

test('cells of the stored baselines of compression keep their ids', () => {
  for (const profile of ['smoke', 'nightly'] as const) {
    const file = new URL(`../baselines/compression.${profile}.json`, import.meta.url);
    const stored: { cells: { cell: string; id: string }[] } = JSON.parse(readFileSync(file, 'utf8'));
    const present = ['cifar-10', 'cifar-100', 'tiny-imagenet'] as const;
    const planned = [present, []].flatMap((files) => {
      if (profile !== 'smoke' && files.length === 0) return [];
      return planCells(compression, profile, { present: files, seeds: 5 });
    });
    const ids = new Map(planned.map(({ cell, id }) => [cell, id]));
    expect(stored.cells.length).toBeGreaterThan(10);
    for (const { cell, id } of stored.cells) expect(ids.get(cell), cell).toBe(id);
    expect(planned.some(({ config }) => isTranslation(config))).toBe(false);
  }
});
