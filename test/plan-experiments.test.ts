import { describe, expect, test } from 'vitest';
import { UsageError } from '../harness/errors.ts';
import { neededDatasets, planCells } from '../harness/plan.ts';
import type { Cell, FileDatasetName, SuiteSpec } from '../harness/spec/spec.ts';
import { experimentOf, fixtureSuite, setting } from './helpers/suites.ts';

function plan(
  change?: (suite: SuiteSpec) => void,
  { present = ['cifar-10'], only }: { present?: readonly FileDatasetName[]; only?: string[] } = {},
): Cell[] {
  return planCells(fixtureSuite(change), 'smoke', { present, only });
}

/** A second experiment, on CIFAR-100 without a stand-in, beside the fixture's on CIFAR-10. */
const twoDatasets = (suite: SuiteSpec) => {
  const experiment = structuredClone(experimentOf(suite));
  Object.assign(experiment, {
    models: [{ name: 'vgg', depth: 19, width: 8 }],
    fallbackDataset: null,
    dataset: { ...experiment.dataset, name: 'cifar-100' },
    training: { ...experiment.training, decay: 2e-4 },
  });
  suite.profiles.smoke!.experiments.push(experiment);
};

describe('a profile of several experiments', () => {
  const both = ['cifar-10', 'cifar-100'] as const;

  test('is one plan after the other, each with its own models, data set and training', () => {
    const cells = plan(twoDatasets, { present: both });
    expect(cells.slice(0, 36)).toEqual(plan());
    expect(cells.length).toBe(36 + 18);
    for (const { model, dataset, config } of cells.slice(36)) {
      expect([model, dataset, config.training.decay]).toEqual(['vgg-19-w8', 'cifar-100', 2e-4]);
    }
  });

  test('needs only the data of the cells that it keeps', () => {
    const kept = plan(twoDatasets, { present: ['cifar-100'], only: ['*vgg*'] });
    expect(new Set(kept.map(({ dataset }) => dataset))).toEqual(new Set(['cifar-100']));
    expect(plan(twoDatasets, { present: [], only: ['*generated*'] }).length).toBe(36);
    expect(() => plan(twoDatasets, { present: ['cifar-10'] })).toThrow(UsageError);
    expect(() => plan(twoDatasets, { present: [] })).toThrow(
      'suite fixture, profile smoke: needs cifar-100, which was not found',
    );
  });

  test('names the data sets that its cells need, and those with a stand-in', () => {
    const needed = (only?: string[]) => neededDatasets(fixtureSuite(twoDatasets), 'smoke', { only });
    const [ten, hundred] = [
      { name: 'cifar-10', standIn: true },
      { name: 'cifar-100', standIn: false },
    ];
    expect(needed()).toEqual([ten, hundred]);
    expect(needed(['*cifar-100*'])).toEqual([hundred]);
    expect(needed(['*.generated.*'])).toEqual([ten]);
    expect(needed(['nothing'])).toEqual([]);
    const alone = fixtureSuite(setting('dataset.name', 'generated'));
    expect(neededDatasets(alone, 'smoke', {})).toEqual([]);
  });

  test('refuses a cell that comes in two of them', () => {
    const twice = (suite: SuiteSpec) => void suite.profiles.smoke!.experiments.push(experimentOf(suite));
    expect(() => plan(twice)).toThrow('comes twice; let no two arms or experiments overlap');
  });
});
