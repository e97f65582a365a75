import { describe, expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { neededDatasets, planCells } from '../../harness/plan/plan.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { FileDatasetName } from '../../harness/spec/datasets.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { addExperiment, experimentOf, fixtureSuite, imageConfig, setting } from '../helpers/suites.ts';

function plan(
  change?: (suite: SuiteSpec) => void,
  { present = ['cifar-10'], only }: { present?: readonly FileDatasetName[]; only?: string[] } = {},
): PlannedCell[] {
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
  addExperiment(suite, experiment);
};

describe('a profile of several experiments', () => {
  const both = ['cifar-10', 'cifar-100'] as const;

  test('is one plan after the other, each with its own models, data set and training', () => {
    const cells = plan(twoDatasets, { present: both });
    expect(cells.slice(0, 36)).toEqual(plan());
    expect(cells.length).toBe(36 + 18);
    for (const cell of cells.slice(36)) {
      expect([cell.model, cell.dataset, imageConfig(cell).training.decay]).toEqual(['vgg-19-w8', 'cifar-100', 2e-4]);
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
    const twice = (suite: SuiteSpec) => addExperiment(suite, experimentOf(suite));
    expect(() => plan(twice)).toThrow('comes twice; let no two arms or experiments overlap');
  });

  test('refuses two names for one configuration', () => {
    const listed = (suite: SuiteSpec) => {
      const { arms, training } = experimentOf(suite);
      const low = arms[1]!;
      arms.push({ ...low, factors: { ...low.factors, regularizer: ['frobenius-decay'], decay: [training.decay] } });
    };
    expect(() => plan(listed)).toThrow('have the same configuration; leave one of them out');
  });
});
