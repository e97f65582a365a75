import { describe, expect, test } from 'vitest';
import { planBudget } from '../../harness/budget/budget.ts';
import { widthScale } from '../../harness/budget/width-scale.ts';
import { UsageError } from '../../harness/errors.ts';
import { deep } from '../../harness/methods/deep.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { narrow } from '../../harness/methods/narrow.ts';
import { narrowMacs } from '../../harness/methods/narrow-macs.ts';
import { wider, widerDeep } from '../../harness/methods/wider.ts';
import { totalMacs, totalParameters } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import type { Sized } from '../../harness/shape/sized.ts';
import { sizedNetwork } from '../../harness/shape/sized-network.ts';
import { sizedTransformer } from '../../harness/shape/sized-transformer.ts';
import { transformerBlueprint, transformerSmall } from '../../harness/shape/transformer.ts';
import { vggBlueprint } from '../../harness/shape/vgg.ts';
import { wideResnetBlueprint } from '../../harness/shape/wide-resnet.ts';

const images = { classes: 10, size: 32, inputChannels: 3 };
const text = { ...transformerSmall, sourceVocabulary: 2000, targetVocabulary: 2000 };
const networks: Record<string, Sized> = {
  'resnet-8': sizedNetwork(resnetBlueprint({ depth: 8, width: 16, ...images })),
  'wrn-10-1': sizedNetwork(wideResnetBlueprint({ depth: 10, widen: 1, ...images })),
  'vgg-19': sizedNetwork(vggBlueprint({ depth: 19, width: 64, ...images })),
  transformer: sizedTransformer(transformerBlueprint('transformer', text)),
};

/** Every count that a thinner network has: two widths of 1024 at most change at scales 1/2048 apart. */
function counts(network: Sized): Sized['dense'][] {
  return Array.from({ length: 4097 }, (_, i) => network.narrowed(i / 4096).dense);
}

const nearest = (values: readonly number[], target: number) =>
  Math.min(...values.map((value) => Math.abs(value - target)));

describe.each(Object.entries(networks).map(([name, network]) => ({ name, network })))('$name', ({ network }) => {
  const { parameters, macs } = network.dense;
  const all = counts(network);
  const [allParameters, allMacs] = [all.map((one) => one.parameters), all.map((one) => one.macs)];

  test('has no fewer parameters and operations at a larger scale', () => {
    for (const rising of [allParameters, allMacs]) expect([...rising].sort((a, b) => a - b)).toEqual(rising);
  });

  test.each([0.05, 0.1, 0.25, 0.5, 0.9])('at budget %d has the nearest number of parameters', (amount) => {
    const plan = planBudget(network, narrow, { amount, unit: 'parameters' });
    const narrowed = network.narrowed(plan.width).dense;
    expect(plan).toMatchObject({ ratio: narrowed.parameters / parameters, passMacs: narrowed.macs, keep: null });
    expect(Math.abs(narrowed.parameters - amount * parameters)).toBe(nearest(allParameters, amount * parameters));
  });

  test.each([0.1, 0.25])('at budget %d has the operations nearest to those of the low-rank network', (amount) => {
    const budget = { amount, unit: 'parameters' } as const;
    const target = planBudget(network, lowRank, budget).passMacs;
    const plan = planBudget(network, narrowMacs, budget);
    expect(Math.abs(plan.passMacs - target)).toBe(nearest(allMacs, target));
    expect(plan.ratio).toBe(network.narrowed(plan.width).dense.parameters / parameters);
    expect(plan.passMacs).toBeLessThan(macs);
  });

  test('of a rank scale has as many parameters as the low-rank network has there', () => {
    const target = network.parameters(lowRank, 0.25);
    const { width } = planBudget(network, narrow, { amount: 0.25, unit: 'rank-scale' });
    const reached = network.narrowed(width).dense.parameters;
    expect(Math.abs(reached - target)).toBe(nearest(allParameters, target));
  });

  test('is the dense network at budget 1', () => {
    expect(planBudget(network, narrow, { amount: 1, unit: 'parameters' })).toEqual({
      scale: 1,
      width: 1,
      ratio: 1,
      weightRatio: 1,
      keep: null,
      passMacs: macs,
      compositionMacs: 0,
    });
  });
});

test('a thinner network keeps its own share of the weights, normalizations left out of both', () => {
  const half = resnetBlueprint({ depth: 8, width: 8, ...images });
  const whole = resnetBlueprint({ depth: 8, width: 16, ...images });
  const amount = totalParameters(half) / totalParameters(whole);
  // Scale and offset of each of 1 + 2 + 2·2 + 2·4 widths, and ten biases.
  const unmasked = (width: number) => 2 * 15 * width + 10;
  const plan = planBudget(sizedNetwork(whole), narrow, { amount, unit: 'parameters' });
  expect(plan.passMacs).toBe(totalMacs(half));
  expect(plan.ratio).toBe(amount);
  expect(plan.weightRatio).toBeCloseTo(
    (totalParameters(half) - unmasked(8)) / (totalParameters(whole) - unmasked(16)),
    12,
  );
});

test.each([
  [2, 'method narrow: budget 2 asks for 2 of the parameters of resnet-8, above what a thinner network has; .* is 1'],
  [1e-4, 'method narrow: budget 0.0001 asks for 0.0001 of the parameters of resnet-8, below .* reaches is 0.0015'],
])('refuses budget %d and names the nearest one', (amount, message) => {
  const run = () => widthScale(networks['resnet-8']!, narrow, { amount, unit: 'parameters' });
  expect(run).toThrow(UsageError);
  expect(run).toThrow(new RegExp(message));
});

test('of operations refuses what the low-rank network does not reach, by its own name', () => {
  const run = () => widthScale(networks['resnet-8']!, narrowMacs, { amount: 0.01, unit: 'parameters' });
  expect(run).toThrow(/^method narrow-macs: budget 0.01 is below what resnet-8 keeps at rank 1/);
});

describe('a wider dense network', () => {
  const network = networks['resnet-8']!;
  const { parameters } = network.dense;
  /** Every count that a wider network has up to eight times the widths: those of 64 channels at most change at 1/64. */
  const all = Array.from({ length: 14 * 64 }, (_, i) => network.narrowed(1 + i / 128).dense.parameters);
  const nearestTo = (target: number) => Math.abs(nearest(all, target));

  test.each([1.5, 2.2, 6, 18.3])('at budget %d has the nearest number of parameters', (amount) => {
    const plan = planBudget(network, wider, { amount, unit: 'parameters' });
    const widened = network.narrowed(plan.width).dense;
    expect(plan).toMatchObject({ scale: 1, passMacs: widened.macs, compositionMacs: 0, keep: null });
    expect(plan.ratio).toBe(widened.parameters / parameters);
    expect(Math.abs(widened.parameters - amount * parameters)).toBe(nearestTo(amount * parameters));
  });

  test.each([
    { control: wider, like: lowRank, amount: 3 },
    { control: wider, like: lowRank, amount: 9 },
    { control: widerDeep, like: deep, amount: 1 },
  ])('of rank scale $amount, $control.name, has as many parameters as $like.name trains there', (given) => {
    const target = network.parameters(given.like, given.amount);
    const plan = planBudget(network, given.control, { amount: given.amount, unit: 'rank-scale' });
    const reached = network.narrowed(plan.width).dense.parameters;
    expect(Math.abs(reached - target)).toBe(nearestTo(target));
    expect(Math.abs(reached / target - 1)).toBeLessThan(0.01);
    expect(plan.ratio).toBeGreaterThan(2);
  });

  test('is the dense network at budget 1', () => {
    expect(planBudget(network, wider, { amount: 1, unit: 'parameters' })).toMatchObject({ width: 1, ratio: 1 });
  });

  test('is refused below it, with the nearest budget', () => {
    expect(() => widthScale(network, wider, { amount: 0.5, unit: 'parameters' })).toThrow(
      'method wider: budget 0.5 asks for 0.5 of the parameters of resnet-8, below what a wider network has; the ' +
        'nearest share that it reaches is 1',
    );
  });
});
