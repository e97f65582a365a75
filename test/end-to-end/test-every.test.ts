import { expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { recordSchema } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';
import { chosenAccuracy, plainContext as context } from './tiny-cells.ts';

/** A cell of five epochs of 100 images, with 40 to validate on and 50 to test on. */
function cellOf(method: string, set: Record<string, number> = {}): PlannedCell {
  const suite = fixtureSuite((spec) => {
    const experiment = experimentOf(spec);
    experiment.models = [{ name: 'resnet', depth: 8, width: 4 }];
    Object.assign(experiment.fallbackDataset!, { trainExamples: 100, validationExamples: 40, testExamples: 50 });
    Object.assign(experiment.training, { batchSize: 32, epochs: 5 });
    const budget = [method === 'dense' ? 1 : 0.3];
    experiment.arms = [{ method, factors: { budget, init: ['default'], regularizer: ['weight-decay'] } }];
    spec.profiles.smoke!.seeds = 1;
  });
  return planCells(suite, 'smoke', { present: [], set })[0]!;
}

it.each([
  ['low-rank', [2, 4, 5], 0],
  // Fine-tuned for three epochs.
  ['magnitude', [2, 4, 5, 7, 8], 5],
  // Dense for one epoch.
  ['full-rank-warm-up', [1, 3, 5], 1],
])('a cell of %s that is tested every other epoch has the same result', async (method, tested, firstOfSize) => {
  const few = await runCell(cellOf(method, { 'training.testEvery': 2 }), context);
  const each = await runCell(cellOf(method), context);
  expect(recordSchema.parse(few)).toEqual(few);
  const points = few.curve.filter(({ values }) => 'test_accuracy' in values);
  expect(points.map(({ at }) => at)).toEqual(tested);
  expect(points.map(({ values }) => values)).toEqual(tested.map((at) => each.curve[at - 1]!.values));
  expect(few.curve.map(({ at }) => at)).toEqual(each.curve.map(({ at }) => at));
  const same = ['status', 'phases', 'weights_digest', 'train_loss', 'training_passes', 'training_macs'] as const;
  expect(same.map((name) => few[name])).toEqual(same.map((name) => each[name]));
  expect(few.measures[0]!.value).toBe(each.measures[0]!.value);
  // Chosen among the epochs that were validated, of those where the network has its final size.
  const curve = points.filter(({ at }) => at > firstOfSize);
  expect(few.measures[0]!.best).toBe(chosenAccuracy({ ...few, curve }));
});

it.each([
  // Five epochs of 100 images, and three times a third of 90.
  ['dense', (500 + 3 * 30) / (500 + 5 * 30)],
  // Five epochs and three, tested three times and twice.
  ['magnitude', (800 + 5 * 30) / (800 + 8 * 30)],
])('a cell of %s that is tested every other epoch takes less time', (method, ratio) => {
  const training = (set?: Record<string, number>) => cellOf(method, set).estimatedSeconds - 4;
  expect(training({ 'training.testEvery': 2 }) / training()).toBeCloseTo(ratio, 9);
  expect(training({ 'training.testEvery': 1 })).toBe(training());
});
