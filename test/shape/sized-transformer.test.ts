import { expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { LayerMethod } from '../../harness/nn/layer-method.ts';
import { keptMacs, totalWeights, unmaskedParameters } from '../../harness/shape/sized.ts';
import { sizedTransformer } from '../../harness/shape/sized-transformer.ts';
import { transformerMacs, transformerParameters } from '../../harness/shape/transformer.ts';
import { tinySizes, tinyTransformer } from '../helpers/tiny-transformer.ts';

const model = tinyTransformer();
const { blueprint } = model;
const lengths = { source: 3, target: 5 };
const network = sizedTransformer(blueprint, lengths);

test('masks cover the matrices of tables, attention, feed-forward layers and output, as the model has them', () => {
  const matrices = model.variables.filter(({ value }) => value.shape.length === 2);
  expect(network.weights.map(({ name, shape, size }) => ({ name, shape, size }))).toEqual(
    matrices.map(({ name, value, size }) => ({ name, shape: value.shape, size })),
  );
  const rest = model.variables.filter((variable) => !matrices.includes(variable));
  expect(rest.length).toBeGreaterThan(0);
  expect(unmaskedParameters(network)).toBe(rest.reduce((sum, { size }) => sum + size, 0));
  expect(network.dense.parameters).toBe(unmaskedParameters(network) + totalWeights(network));
});

test('an entry is used once a token of those that its layer works on', () => {
  const usesOf = (name: string) => network.weights.find((weight) => weight.name === name)!.uses;
  expect(['source', 'positions', 'output'].map((name) => usesOf(`${name}.weight`))).toEqual([0, 0, 5]);
  expect(usesOf('encoder.1.feed-forward.up.weight')).toBe(3);
  expect(['query', 'key', 'value', 'output'].map((part) => usesOf(`decoder.2.cross.${part}`))).toEqual([5, 3, 3, 5]);
});

test('with every entry kept, operations are those of the dense network; with none, those between tokens', () => {
  const sizes = network.weights.map(({ size }) => size);
  expect(keptMacs(network, sizes)).toBe(transformerMacs(blueprint, dense.matrices!, 1, lengths));
  // Scores and mixtures: two products of the width, 3 x 3 tokens, and 5 x 5 and 5 x 3 in each of two layers.
  const between = 2 * tinySizes.width * (3 * 3 + 2 * (5 * 5 + 5 * 3));
  expect(
    keptMacs(
      network,
      sizes.map(() => 0),
    ),
  ).toBe(between);
});

test('under a method it has the parameters and operations of its matrices', () => {
  expect(network.parameters(lowRank, 0.5)).toBe(transformerParameters(blueprint, lowRank.matrices!, 0.5));
  const macs = transformerMacs(blueprint, lowRank.matrices!, 0.5, lengths);
  expect(network.operations(lowRank, 0.5)).toEqual({ macs, compositionMacs: 0 });
});

test('a method of convolutions alone is refused', () => {
  const { matrices: _matrices, ...convolutions }: LayerMethod = lowRank;
  expect(() => network.parameters(convolutions, 0.5)).toThrow(UsageError);
  expect(() => network.parameters(convolutions, 0.5)).toThrow('works on convolutions only');
});
