import { describe, expect, test } from 'vitest';
import { planBudget } from '../../harness/budget/budget.ts';
import type { Budget } from '../../harness/budget/budget-unit.ts';
import { weightsToKeep } from '../../harness/budget/weights-to-keep.ts';
import { UsageError } from '../../harness/errors.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { randomPruning } from '../../harness/methods/sparse/random-pruning.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { keptMacs, totalWeights, unmaskedParameters } from '../../harness/shape/sized.ts';
import { sizedNetwork } from '../../harness/shape/sized-network.ts';

/**
 * ResNet-8 of width 4 on 8 x 8 images of 3 classes. Convolutions 3x3: 3→4 and 4→4 twice at 8 x 8, 4→8 and 8→8 at 4 x 4,
 * 8→16 and 16→16 at 2 x 2; then 16→3. Normalizations of 3·4 + 2·8 + 2·16 channels, and 3 biases.
 */
const blueprint = resnetBlueprint({ depth: 8, width: 4, classes: 3, size: 8, inputChannels: 3 });
const network = sizedNetwork(blueprint);
const of = (amount: number): Budget => ({ amount, unit: 'parameters' });
const convolutions = 9 * (12 + 16 + 16 + 32 + 64 + 128 + 256);
const weights = convolutions + 48;
const rest = 2 * (12 + 16 + 32) + 3;
const total = weights + rest;

test('every convolution and linear weight is prunable, first and last included; nothing else is', () => {
  expect(network.weights.map(({ name }) => name)).toEqual([
    'stem.conv.weight',
    ...[1, 2, 3].flatMap((stage) => [1, 2].map((conv) => `stage${stage}.block1.${conv}.conv.weight`)),
    'classifier.weight',
  ]);
  expect([totalWeights(network), unmaskedParameters(network)]).toEqual([weights, rest]);
});

test('an entry costs one multiply-accumulate at each output position of its layer', () => {
  expect(network.weights.map(({ uses }) => uses)).toEqual([64, 64, 64, 16, 16, 4, 4, 1]);
  expect(keptMacs(network, [1, 0, 2, 0, 3, 0, 0, 5])).toBe(64 + 2 * 64 + 3 * 16 + 5);
});

describe('the weights to keep', () => {
  test.each([0.05, 0.1, 0.3, 0.777, 1])(
    'at budget %d are the rounded share of all parameters less the rest',
    (budget) => {
      expect(weightsToKeep(network, randomPruning, of(budget))).toBe(Math.round(budget * total) - rest);
    },
  );

  test('of a budget below the dense rest are refused, with the nearest one that is reached', () => {
    const refused = () => weightsToKeep(network, randomPruning, of(0.02));
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(`budget 0.02 leaves ${Math.round(0.02 * total)} of the ${total} parameters of resnet-8-w4`);
    const nearest = Number(/reaches is ([\d.]+)$/.exec(messageOf(refused))![1]);
    expect(weightsToKeep(network, randomPruning, of(nearest))).toBe(1);
    expect(() => weightsToKeep(network, randomPruning, of(nearest - 1 / total))).toThrow(UsageError);
  });

  test('are at least what the method needs', () => {
    const demanding = { ...randomPruning, fewestKept: (layers: number) => layers };
    const least = (rest + 8) / total;
    expect(weightsToKeep(network, demanding, of(least))).toBe(8);
    expect(() => weightsToKeep(network, demanding, of(least - 1 / total))).toThrow('keeps 8 weights at least');
  });
});

test('a budget is counted over all parameters, and over convolution and linear weights', () => {
  const sparse = planBudget(network, randomPruning, of(0.3));
  const keep = Math.round(0.3 * total) - rest;
  expect(sparse).toMatchObject({ keep, ratio: Math.round(0.3 * total) / total, weightRatio: keep / weights });
  expect(planBudget(network, dense, of(1))).toMatchObject({ keep: null, ratio: 1, weightRatio: 1, scale: 1 });
  const factors = planBudget(network, lowRank, of(0.5));
  expect(factors.ratio * total - factors.weightRatio * weights).toBeCloseTo(rest, 6);
});

function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
