import { expect, test } from 'vitest';
import { batchNormLayer } from '../../harness/nn/batch-norm-layer.ts';
import type { StatisticUpdates } from '../../harness/nn/layer.ts';
import { linearLayer } from '../../harness/nn/linear-layer.ts';
import { streamsOf } from '../../harness/random.ts';
import { inference } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import {
  batchNormalized,
  channelMoments,
  map,
  matMul,
  normalized,
  randomValues,
  values,
} from '../helpers/reference.ts';

const streams = streamsOf('layers', 0);

test('a batch normalization layer starts as scale 1, offset 0, mean 0, variance 1', () => {
  const { variables } = batchNormLayer({ kind: 'batch-norm', name: 'n', channels: 2 });
  expect(variables.map(({ name, role, value }) => [name, role, ...value.dataSync()])).toEqual([
    ['n.scale', 'weight', 1, 1],
    ['n.offset', 'weight', 0, 0],
    ['n.mean', 'statistic', 0, 0],
    ['n.variance', 'statistic', 1, 1],
  ]);
});

test('a batch normalization layer uses each of its variables, and hands over new statistics without assigning them', () => {
  const layer = batchNormLayer({ kind: 'batch-norm', name: 'n', channels: 3 });
  const x = randomValues('x', [2, 3, 3, 3]);
  const [scale, offset, mean] = [randomValues('scale', [3]), randomValues('offset', [3]), randomValues('mean', [3])];
  const variance = values([3], [0.5, 2, 9]);
  for (const [index, value] of [scale, offset, mean, variance].entries())
    layer.variables[index]!.assign(tensorOf(value));
  expectClose(
    layer.apply(tensorOf(x), inference),
    normalized(x, { mean: mean.data, variance: variance.data }, scale, offset),
  );

  const updates: StatisticUpdates = [];
  expectClose(layer.apply(tensorOf(x), { training: true, updates }), batchNormalized(x, scale, offset));
  expect(updates.map(([variable]) => variable.name)).toEqual(['n.mean', 'n.variance']);
  const moments = channelMoments(x);
  expectClose(
    updates[0]![1],
    map(mean, (old, c) => 0.9 * old + 0.1 * moments.mean[c]!),
  );
  expectClose(
    updates[1]![1],
    map(variance, (old, c) => 0.9 * old + 0.1 * moments.unbiased[c]!),
  );
  expect(valuesOf(layer.variables[2]!.value)).toEqual(mean);
});

test('a linear layer computes x·W + b, W He normal and b uniform in ±1/√in', () => {
  const layer = linearLayer({ kind: 'linear', name: 'l', inFeatures: 400, outFeatures: 100 }, streams);
  const [weight, bias] = layer.variables.map(({ value }) => valuesOf(value));
  const x = randomValues('x', [3, 400]);
  expectClose(
    layer.apply(tensorOf(x), inference),
    map(matMul(x, weight!), (value, flat) => value + bias!.data[flat % 100]!),
  );
  const square = (data: Float64Array) => data.reduce((sum, value) => sum + value * value, 0) / data.length;
  expect(Math.abs(square(weight!.data) * 200 - 1)).toBeLessThan(4 * Math.sqrt(2 / 40_000));
  // Variance of U(−1/20, 1/20) is (1/20)²/3, its square's relative standard error √(4/5/100).
  expect(Math.max(...bias!.data.map(Math.abs))).toBeLessThanOrEqual(1 / 20);
  expect(Math.abs(square(bias!.data) * 1200 - 1)).toBeLessThan(4 * Math.sqrt(0.8 / 100));
});
