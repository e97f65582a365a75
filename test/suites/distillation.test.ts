import { describe, expect, test } from 'vitest';
import { macsInBatch, planBudget } from '../../harness/budget/budget.ts';
import { budgetOf } from '../../harness/budget/budget-unit.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { sizedNetwork } from '../../harness/shape/sized-network.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { fileDatasetNames } from '../../harness/spec/datasets.ts';
import type { DistillationConfig } from '../../harness/spec/distillation.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { blueprintOf } from '../../harness/tasks/image/outline.ts';
import { distillation } from '../../suites/distillation.ts';

const configOf = ({ config }: PlannedCell) => config as DistillationConfig;

/** Multiply-accumulates of an example's pass in training, over the dense network's. */
function computeOf(cell: PlannedCell): number {
  const { model, dataset, training, method, ...config } = configOf(cell);
  const network = sizedNetwork(blueprintOf(model, dataset));
  const plan = planBudget(network, methodOf(method), budgetOf(config));
  return macsInBatch(plan, training.batchSize) / network.dense.macs;
}

describe.each(['smoke', 'nightly', 'paper'] as const)('the %s profile of distillation', (profile) => {
  const cells = planCells(distillation, profile, { present: fileDatasetNames, seeds: 1 });
  const models = new Set(cells.filter(({ config }) => config.method !== 'dense').map(({ model }) => model));
  const { epochs } = distillation.profiles[profile]!.experiments[0]!.training;

  test.each([...models])(
    'has a dense %s of the least whole epochs that compute as much as each overcomplete arm',
    (model) => {
      const own = cells.filter((cell) => cell.model === model);
      const longer = own.flatMap((cell) => (factorOf(cell, 'epochs') === null ? [] : [configOf(cell).training.epochs]));
      const overcomplete = own.filter(({ config }) => ['low-rank', 'deep', 'deep-residual'].includes(config.method));
      const asLong = overcomplete.map((cell) => Math.ceil(epochs * computeOf(cell)));
      expect(overcomplete.length).toBeGreaterThan(3);
      expect(new Set(longer)).toEqual(new Set(asLong));
    },
  );

  test.each([...models])('has a wider %s of as many parameters as overcomplete arms, within 1 %', (model) => {
    const own = cells.filter((cell) => cell.model === model);
    const ratioOf = (method: string, budget: number) =>
      own.find((cell) => cell.config.method === method && factorOf(cell, 'budget') === budget)?.ratio ?? null;
    const wider = own.filter(({ config }) => config.method.startsWith('wider'));
    expect(wider.length).toBeGreaterThan(0);
    for (const { config, factors, ratio } of wider) {
      const like = ratioOf(config.method === 'wider' ? 'low-rank' : 'deep', factorOf({ factors }, 'budget') as number);
      expect(Math.abs(ratio! / like! - 1)).toBeLessThan(0.01);
      expect(ratio).toBeGreaterThan(2);
    }
  });

  test('has a teacher for every student, twice as wide', () => {
    const students = cells.filter(({ needs }) => needs.length > 0);
    expect(students).toHaveLength(models.size);
    for (const { config, needs } of students) {
      const { model, teacher } = config as DistillationConfig;
      expect((teacher!.model as { width: number }).width).toBe(2 * (model as { width: number }).width);
      expect(cells.map(({ id }) => id)).toContain(needs[0]!.id);
    }
  });

  test('has wide and deep arms with and without Frobenius decay, spectral initialization where it is defined', () => {
    const names = cells.map(({ cell }) => cell);
    const has = (arm: string) => names.some((name) => name.startsWith(`${arm}.resnet`));
    for (const decay of ['weight-decay', 'frobenius-decay']) {
      expect([decay, has(`low-rank-3.default.${decay}`)]).toEqual([decay, true]);
      expect([decay, has(`deep.spectral.${decay}`)]).toEqual([decay, true]);
      if (profile === 'smoke') continue;
      expect([decay, has(`low-rank-9.default.${decay}`)]).toEqual([decay, true]);
      expect([decay, has(`deep.default.${decay}`)]).toEqual([decay, true]);
    }
    expect(names.filter((name) => /^low-rank.*\.spectral/.test(name))).toEqual([]);
    expect(has('dense.default.weight-decay')).toBe(true);
  });
});

test('the paper profile trains ResNet-32, -56 and -110 by the published settings', () => {
  const { experiments } = distillation.profiles.paper!;
  const students = experiments.filter(({ teacher }) => teacher !== undefined);
  expect(students.map(({ models }) => models)).toEqual(
    [32, 56, 110].map((depth) => [{ name: 'resnet', depth, width: 16 }]),
  );
  for (const { models, training, dataset } of experiments) {
    const { depth } = models[0] as { depth: number };
    expect(training).toEqual({
      epochs: 200,
      batchSize: 128,
      learningRate: 0.1,
      decayAt: [0.5, 0.75],
      decayFactor: 0.1,
      firstEpochLearningRate: depth === 32 ? null : 0.01,
      momentum: 0.9,
      decay: 1e-4,
      labelSmoothing: 0,
    });
    expect(dataset).toMatchObject({ name: 'cifar-10', flip: true, cropPadding: 4, normalization: 'imagenet' });
  }
});
