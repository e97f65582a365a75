import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { UsageError } from '../../harness/errors.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { recordSchema } from '../../harness/record.ts';
import { totalMacs, totalParameters } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { ImageArmSpec } from '../../harness/spec/image.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';
import { chosenAccuracy, plainContext as context } from './tiny-cells.ts';

/** Controls and arms that train another network than that of their model: thinner ones, and dense ones at first. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factorbench-controls-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Arm = Partial<ImageArmSpec['factors']> & { method: string; epochs?: number };

function cellOf({ method, epochs = 3, ...factors }: Arm): PlannedCell {
  const suite = fixtureSuite((spec) => {
    const experiment = experimentOf(spec);
    experiment.models = [{ name: 'resnet', depth: 8, width: 4 }];
    Object.assign(experiment.fallbackDataset!, { trainExamples: 100, validationExamples: 40, testExamples: 50 });
    Object.assign(experiment.training, { batchSize: 32, epochs });
    experiment.arms = [
      { method, factors: { budget: [0.3], init: ['default'], regularizer: ['weight-decay'], ...factors } },
    ];
    spec.profiles.smoke!.seeds = 1;
  });
  return planCells(suite, 'smoke', { present: [] })[0]!;
}

const sizes = { depth: 8, classes: 10, size: 32, inputChannels: 3 };
const denseMacs = totalMacs(resnetBlueprint({ ...sizes, width: 4 }));

it('a narrow cell trains the thinner network, and records its own parameters and operations', async () => {
  const half = resnetBlueprint({ ...sizes, width: 2 });
  const whole = resnetBlueprint({ ...sizes, width: 4 });
  const budget = totalParameters(half) / totalParameters(whole);
  const cell = cellOf({ method: 'narrow', budget: [budget], regularizer: ['none'] });
  expect(cell).toMatchObject({ ratio: budget, parameters: totalParameters(half) });
  const record = await runCell(cell, context);
  expect(recordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({
    status: 'completed',
    ratio: budget,
    parameters: totalParameters(half),
    macs: totalMacs(half),
    training_passes: 3,
    training_macs: 3 * totalMacs(half) * 300,
  });
});

it('a narrow cell of budget 1 is the dense one, to the bit', async () => {
  const [narrow, dense] = ['narrow', 'dense'].map((method) => cellOf({ method, budget: [1] }));
  const [one, other] = [await runCell(narrow!, context), await runCell(dense!, context)];
  expect(one.weights_digest).toBe(other.weights_digest);
  expect(one.curve.map(({ values }) => values)).toEqual(other.curve.map(({ values }) => values));
  expect(narrow!.estimatedSeconds).toBe(dense!.estimatedSeconds);
});

it.each(['frobenius-decay', 'crs', 'no-factor-decay'] as const)('a narrow cell is refused %s', (regularizer) => {
  expect(() => cellOf({ method: 'narrow', regularizer: [regularizer] })).toThrow(
    `method narrow has no regularizer '${regularizer}', which is weight decay there`,
  );
  expect(() => cellOf({ method: 'narrow', init: ['spectral'] })).toThrow("method narrow has no init 'spectral'");
});

it('a warm-up cell is the dense one until the switch, goes on at its learning rate, and counts both', async () => {
  const [cell, dense] = [cellOf({ method: 'full-rank-warm-up' }), cellOf({ method: 'dense', budget: [1] })];
  const record = await runCell(cell, context);
  expect(recordSchema.parse(record)).toEqual(record);
  const reference = await runCell(dense, context);
  expect(record.phases).toEqual([
    { label: 'dense', epochs: 1 },
    { label: 'low-rank', epochs: 2 },
  ]);
  const values = (of: typeof record, epoch: number) => of.curve[epoch]!.values;
  const names = ['learning_rate', 'train_loss', 'train_accuracy', 'validation_loss', 'test_loss', 'test_accuracy'];
  for (const name of names) {
    expect([name, values(record, 0)[name]]).toEqual([name, values(reference, 0)[name]]);
  }
  expect(values(record, 1).train_loss).not.toBe(values(reference, 1).train_loss);
  const rates = (of: typeof record) => of.curve.map(({ values: { learning_rate } }) => learning_rate);
  expect(rates(record)).toEqual(rates(reference));
  expect(record.training_passes).toBe(3);
  // One epoch of 100 images costs as the dense network does, two as the factorized one.
  expect(record.training_macs).toBe(3 * 100 * (denseMacs + 2 * record.macs!));
  expect(record.macs).toBeLessThan(denseMacs);
  expect(record.parameters).toBe(cell.parameters);
  const [between, low] = [cell.estimatedSeconds, cellOf({ method: 'low-rank' }).estimatedSeconds];
  expect(between).toBeGreaterThan(low);
  expect(between).toBeLessThan(dense.estimatedSeconds);
  // Of the epochs to choose from, those of the dense network are none.
  expect(record.measures[0]!.best).toBe(chosenAccuracy(record, 1));
});

it('a warm-up cell that is stopped before or after the switch ends with the bits of an undisturbed one', async () => {
  const cell = cellOf({ method: 'full-rank-warm-up', regularizer: ['frobenius-decay'] });
  const undisturbed = await runCell(cell, context);
  for (const stop of [1, 2]) {
    const checkpointDir = join(folder, String(stop));
    const stopped = runCell(cell, {
      ...context,
      checkpointDir,
      onProgress: ({ epoch, phase }) => {
        if (phase === 'train' && epoch === stop + 1) throw new Error('stopped');
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    const epochs: number[] = [];
    const resumed = await runCell(cell, {
      ...context,
      checkpointDir,
      onPoint: ({ at }) => epochs.push(at),
    });
    expect(epochs).toEqual([1, 2, 3].slice(stop));
    expect(resumed.result_digest).toBe(undisturbed.result_digest);
  }
});

it('a warm-up of one epoch has no dense phase, and starts from the decomposition of the initial weights', async () => {
  const record = await runCell(cellOf({ method: 'full-rank-warm-up', epochs: 1 }), context);
  expect(record.phases).toEqual([{ label: 'low-rank', epochs: 1 }]);
  expect(record.training_macs).toBe(3 * 100 * record.macs!);
});

it('a gradual pruning cell has its chosen epoch among those at the budget', async () => {
  const record = await runCell(cellOf({ method: 'gradual-magnitude', epochs: 4 }), context);
  expect(record.nonzero_parameters).toBe(Math.round(0.3 * record.parameters!));
  // 16 steps, of which the twelfth is the last to prune: the third epoch is the first at the budget.
  expect(record.measures[0]!.best).toBe(chosenAccuracy(record, 2));
});

it('a warm-up whose dense layers are above the budget is refused, naming the nearest one', () => {
  expect(() => cellOf({ method: 'full-rank-warm-up', budget: [0.05] })).toThrow(UsageError);
  expect(() => cellOf({ method: 'full-rank-warm-up', budget: [0.05] })).toThrow(
    /method full-rank-warm-up: budget 0.05 is below what resnet-8-w4 keeps at rank 1; the nearest budget/,
  );
});
