import { describe, expect, it } from 'vitest';
import { idOf } from '../../harness/cell-id.ts';
import { UsageError } from '../../harness/errors.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { neededDatasets, type PlanOptions, planCells } from '../../harness/plan/plan.ts';
import { recordSchema } from '../../harness/record.ts';
import type { ImageConfig } from '../../harness/spec/image.ts';
import { chainSuite } from '../helpers/chain-kind.ts';
import { addExperiment, experimentOf, fixtureSuite, imageConfig } from '../helpers/suites.ts';
import { translationSuite } from '../helpers/translation-cells.ts';
import { failureOfCell } from '../run/helpers.ts';

const suite = fixtureSuite();
const plain = planCells(suite, 'smoke', { present: [] });

const planned = (options: Omit<PlanOptions, 'present'>) => planCells(suite, 'smoke', { present: [], ...options });

describe('cells that are tried out', () => {
  it('have the values, ids and names of their own, and say what was set', () => {
    const set = { 'training.epochs': 1, 'training.decayAt': [0.5] };
    const tried = planned({ set });
    expect(tried).toHaveLength(plain.length);
    for (const [at, cell] of tried.entries()) {
      const before = plain[at]!;
      expect(imageConfig(cell)).toEqual({
        ...before.config,
        training: { ...imageConfig(before).training, epochs: 1, decayAt: [0.5] },
        overrides: set,
      });
      expect(cell.id).toBe(idOf(cell.config));
      expect(cell.cell).toMatch(/\.set-[0-9a-f]{8}\.seed-\d$/);
      expect(cell.cell.replace(/\.set-[0-9a-f]{8}/, '')).toBe(before.cell);
      expect(recordSchema.safeParse(failureOfCell(cell, 'x')).success).toBe(true);
    }
    expect(new Set([...plain, ...tried].map(({ id }) => id)).size).toBe(2 * plain.length);
  });

  it('are the same for the same values in any order, and never cells that are not tried out', () => {
    const [one, two] = [
      { 'training.epochs': 1, 'training.momentum': 0 },
      { 'training.momentum': 0, 'training.epochs': 1 },
    ];
    expect(planned({ set: one }).map(({ id }) => id)).toEqual(planned({ set: two }).map(({ id }) => id));
    const same = planned({ set: { 'training.epochs': imageConfig(plain[0]!).training.epochs } });
    expect(same.map(({ id }) => id)).not.toContain(plain[0]!.id);
  });

  it('take less time for less work', () => {
    const [half] = planned({ set: { 'training.epochs': 1 } });
    expect(half!.estimatedSeconds).toBeLessThan(plain[0]!.estimatedSeconds);
  });

  it('are found by their names with the values and without', () => {
    const set = { 'training.epochs': 1 };
    const [first] = planned({ set, only: ['dense*resnet-8*seed-1'] });
    expect(first!.cell).toMatch(/^dense.*seed-1$/);
    expect(planned({ set, only: [first!.cell] })).toEqual([first]);
    expect(() => planned({ set: { 'training.epochs': 3 }, only: [first!.cell] })).toThrow('matches none');
  });

  it('are named after the factors that they then have', () => {
    const set = { budget: 0.5 };
    const [cell] = planned({ set, only: ['low-rank-0.1.spectral.none.resnet-8*seed-0'] });
    expect(cell!.cell).toMatch(/^low-rank-0\.5\.spectral\.none/);
    expect(cell!.factors).toContainEqual({ name: 'budget', value: 0.5 });
    expect(cell!.ratio).toBeCloseTo(0.5, 1);
  });

  it('may have optional fields that the suite leaves out, and whole objects', () => {
    const [cell] = planned({ set: { 'dataset.cutout': 8 } });
    expect(imageConfig(cell!).dataset.cutout).toBe(8);
    const [tested] = planned({ set: { 'training.testEvery': 5 } });
    expect(imageConfig(tested!).training).toEqual({ ...imageConfig(plain[0]!).training, testEvery: 5 });
    expect(tested!.id).not.toBe(plain[0]!.id);
    const [other] = planned({
      set: { model: { name: 'resnet', depth: 14, width: 4 } },
      only: ['dense*resnet-20*seed-0'],
    });
    expect(other!.model).toBe('resnet-14-w4');
  });

  it('read from cells that are tried out alike', () => {
    const chain = chainSuite([[], [0]]);
    const cells = planCells(chain, 'smoke', { present: [], set: { reads: [[], [0], [1]] }, only: ['fine-1*'] });
    expect(cells.map(({ cell }) => cell.replace(/set-\w+/, 'set'))).toEqual(['fine-0.set.seed-0', 'fine-1.set.seed-0']);
    expect(cells[1]!.needs).toEqual([{ role: expect.any(String), id: cells[0]!.id, cell: cells[0]!.cell }]);
    expect(cells[0]!.isNeeded).toBe(true);
  });
});

describe('--set', () => {
  it.each([
    [
      'training.epoch',
      3,
      /^--set training\.epoch: no cell has such a field \(dense.*\): did you mean training\.epochs\? Known: /,
    ],
    ['epochs', 3, /did you mean training\.epochs\?/],
    ['dataset.train', 3, /did you mean dataset\.trainExamples\?/],
    ['training.epochs.more', 3, /^--set training\.epochs\.more: no cell has such a field/],
    ['training.__proto__', {}, /^--set training\.__proto__: no cell has such a field/],
    ['constructor.prototype', 1, /^--set constructor\.prototype: no cell has such a field/],
    ['training.epochs', 0, /^--set: cell dense.*: training\.epochs: Too small/],
    ['training.epochs', 'many', /^--set: cell dense.*: training\.epochs: Invalid input/],
    ['training.epochs', 2 ** 53 - 1, /training\.epochs: Too big/],
    ['training.testEvery', 0, /training\.testEvery: Too small/],
    ['training.testEvery', 2.5, /training\.testEvery: Invalid input/],
    ['training.batchSize', 1e7, /training\.batchSize: Too big/],
    ['model.width', 1e6, /model\.width: Too big/],
    ['dataset.validationExamples', -1, /dataset\.validationExamples: Too small/],
    ['dataset.cropPadding', 1000, /dataset\.cropPadding: Too big/],
    ['training', { epochs: 1 }, /training\.batchSize: Invalid input/],
    ['init', 'spectrl', /^--set: cell dense.*: init: Invalid option/],
    ['model.depth', 9, /depth 9 is not of the form 6n\+2/],
    [
      'dataset.name',
      'cifar-100',
      /dataset\.name: the data would be cifar-100 in place of generated, which the suite chooses; leave it out/,
    ],
    ['seed', 3, /^--set seed: a trial cannot change it: choose seeds with --seeds/],
    ['method', 'snip', /^--set method: a trial cannot change it: name methods with --only and --method/],
    ['overrides.x', 1, /^--set overrides\.x: a trial cannot change it/],
    ['budget', 0.3, /^--set budget=0\.3: makes low-rank-0\.1.* and low-rank-0\.25.* alike; leave one/],
  ])('refuses %s = %j', (path, value, message) => {
    const only = path === 'budget' ? ['low-rank*'] : undefined;
    expect(() => planned({ set: { [path]: value } as PlanOptions['set'], only })).toThrow(UsageError);
    expect(() => planned({ set: { [path]: value } as PlanOptions['set'], only })).toThrow(message);
  });

  it.each([
    [{ 'dataset.trainExamples': 50_001 }, [], /dataset\.trainExamples: 50001 images asked for, but generated images/],
    [
      { 'dataset.trainExamples': 49_000, 'dataset.validationExamples': 1001 },
      [],
      /dataset\.trainExamples \(49000\) and dataset\.validationExamples \(1001\): 50001 images .* 50000 or fewer together$/,
    ],
    [
      { 'dataset.trainExamples': 50_000, 'dataset.validationExamples': 1 },
      ['cifar-10'],
      /^suite fixture, profile smoke: dataset\.trainExamples \(50000\) and .* CIFAR-10 holds 50000; ask for/,
    ],
    [{ 'dataset.validationExamples': 50_000 }, ['cifar-10'], /leave none to train on; ask for 49999 or fewer$/],
    [{ 'dataset.testExamples': 10_001 }, ['cifar-10'], /dataset\.testExamples: 10001 images asked for, but CIFAR-10/],
  ] as [PlanOptions['set'], 'cifar-10'[], RegExp][])(
    'refuses more than the data set has: %j',
    (set, present, message) => {
      expect(() => planCells(suite, 'smoke', { present, set })).toThrow(UsageError);
      expect(() => planCells(suite, 'smoke', { present, set })).toThrow(message);
    },
  );

  it('refuses as much where a method from a file is asked alone, and does not blame it', () => {
    const file = { path: 'own.mjs', sha256: '0'.repeat(64) };
    const methods = [{ method: { ...lowRank, name: 'own' }, file }];
    const options = { present: [], methods, only: ['own*'], set: { 'dataset.trainExamples': 50_001 } };
    expect(() => planCells(suite, 'smoke', options, () => {})).toThrow(/^suite fixture, profile smoke: dataset\.train/);
  });

  it('names the cells that lack a field where others have it', () => {
    const mixed = fixtureSuite();
    const texts = translationSuite().profiles.smoke!.experiments[0]!;
    mixed.profiles.smoke!.experiments = [...mixed.profiles.smoke!.experiments, texts];
    const options = { present: [], set: { 'training.batchTokens': 320 } };
    expect(() => planCells(mixed, 'smoke', options)).toThrow(
      /^--set training\.batchTokens: 36 of 46 cells have no such field: dense.*, and 33 more\. Leave them out with/,
    );
    expect(planCells(mixed, 'smoke', { ...options, only: ['*transformer*'] })).toHaveLength(10);
  });
});

describe('--limit', () => {
  const examplesOf = (config: ImageConfig) => [config.dataset.trainExamples, config.dataset.testExamples];

  it('takes as large a share of the test examples', () => {
    // 500 training and 1000 test images of generated data; all 50,000 of CIFAR-10.
    const [cell] = planned({ limit: 100 });
    expect(examplesOf(imageConfig(cell!))).toEqual([100, 200]);
    expect(cell!.config.overrides).toEqual({ 'dataset.trainExamples': 100, 'dataset.testExamples': 200 });
    const [real] = planCells(suite, 'smoke', { present: ['cifar-10'], limit: 100 });
    expect(examplesOf(imageConfig(real!))).toEqual([100, 2]);
    const [least] = planCells(suite, 'smoke', { present: ['cifar-10'], limit: 25 });
    expect(examplesOf(imageConfig(least!))).toEqual([25, 1]);
  });

  it('takes as large a share of the held-out examples, and none where none are', () => {
    const held = fixtureSuite((spec) => {
      const experiment = experimentOf(spec);
      experiment.dataset.validationExamples = 5000;
      Object.assign(experiment.fallbackDataset!, { validationExamples: 250 });
    });
    const datasetOf = (limit: number, ...present: 'cifar-10'[]) =>
      imageConfig(planCells(held, 'smoke', { present, limit })[0]!).dataset;
    // 500 training, 250 held-out and 1000 test images of generated data; 45,000 and 5,000 of CIFAR-10.
    expect(datasetOf(100)).toMatchObject({ trainExamples: 100, validationExamples: 50, testExamples: 200 });
    expect(datasetOf(900, 'cifar-10')).toMatchObject({ trainExamples: 900, validationExamples: 100, testExamples: 20 });
    expect(datasetOf(25, 'cifar-10')).toMatchObject({ trainExamples: 25, validationExamples: 3, testExamples: 1 });
    // All that are trained on are no more than the limit.
    expect(datasetOf(45_000, 'cifar-10').trainExamples).toBeNull();
    expect(datasetOf(44_999, 'cifar-10').trainExamples).toBe(44_999);
  });

  it('is refused where it leaves no test or held-out example, with the least that does', () => {
    const message = (part: string, least: number) =>
      new RegExp(`^--limit \\d+: as small a share of the \\d+ ${part} examples .* is none; give at least ${least}\\.$`);
    expect(() => planCells(suite, 'smoke', { present: ['cifar-10'], limit: 24 })).toThrow(message('test', 25));
    const held = fixtureSuite((spec) => {
      Object.assign(experimentOf(spec).fallbackDataset!, { validationExamples: 50 });
    });
    expect(() => planCells(held, 'smoke', { present: [], limit: 4 })).toThrow(message('held-out', 5));
    expect(planCells(held, 'smoke', { present: [], limit: 5 })).not.toEqual([]);
  });

  it('is what the same values of --set are, and goes with others', () => {
    const set = { 'dataset.trainExamples': 100, 'dataset.testExamples': 200 };
    expect(planned({ limit: 100 })).toEqual(planned({ set }));
    const [both] = planned({ limit: 50, set: { 'dataset.trainExamples': 100, 'training.epochs': 1 } });
    expect(examplesOf(imageConfig(both!))).toEqual([50, 500]);
    expect(imageConfig(both!).training.epochs).toBe(1);
  });

  it('leaves cells as they are that have no more', () => {
    expect(planned({ limit: 500 })).toEqual(plain);
  });

  it('holds of sentence pairs', () => {
    const cells = planCells(translationSuite(), 'smoke', { present: [], limit: 15 });
    expect(cells[0]!.config).toMatchObject({ dataset: { trainExamples: 15, testExamples: 2 } });
  });

  it('is refused by cells without such data, by name', () => {
    expect(() => planCells(chainSuite([[]]), 'smoke', { present: [], limit: 5 })).toThrow(
      '--limit 5: 1 of 1 cells have no training examples to limit: fine-0.seed-0. Leave them out with --only',
    );
  });
});

it('needs the data of what is tried out alone', () => {
  const two = fixtureSuite();
  const experiment = experimentOf(two);
  addExperiment(two, { ...experiment, dataset: { ...experiment.dataset, name: 'cifar-100' }, fallbackDataset: null });
  const options = { set: { 'training.epochs': 1 }, only: ['*cifar-100*'] };
  expect(neededDatasets(two, 'smoke', options).map(({ name }) => name)).toEqual(['cifar-100']);
});
