import { describe, expect, test } from 'vitest';
import { graphForm } from '../../harness/definition/graph-digest.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { collapsed } from '../../harness/methods/collapse.ts';
import { deep, deepResidual } from '../../harness/methods/deep.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { cpConv } from '../../harness/methods/tensor/cp-conv.ts';
import { filterMatrix, matrixFilter } from '../../harness/nn/conv-layer.ts';
import { buildNetwork } from '../../harness/nn/network.ts';
import { streamsOf } from '../../harness/random.ts';
import { totalParameters } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { imageEvaluationStep } from '../../harness/train/image-steps.ts';
import { convShape } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { randomValues } from '../helpers/reference.ts';
import { normalizationsMoved, tinyOptions } from '../helpers/tiny-training.ts';

const blueprint = resnetBlueprint({ ...tinyOptions, shortcut: 'projection' });
const images = randomValues('images', [5, 8, 8, 3]);
const logitsOf = (model: ReturnType<typeof collapsed>) => model.apply(tensorOf(images), { training: false });

test.each([
  convShape({ inChannels: 2, outChannels: 5, kernel: [1, 3] }),
  convShape({ inChannels: 3, outChannels: 2, kernel: [5, 3] }),
])('a matrix of a $kernel kernel becomes its filter again', (shape) => {
  const filter = randomValues('filter', [...shape.kernel, shape.inChannels, shape.outChannels]);
  expect(valuesOf(matrixFilter(filterMatrix(tensorOf(filter)), shape))).toEqual(filter);
});

describe.each([
  { method: lowRank, scale: 0.5 },
  { method: lowRank, scale: 3 },
  { method: deep, scale: 1 },
  { method: deepResidual, scale: 1 },
  { method: cpConv, scale: 0.3 },
])('a network of $method.name at scale $scale', ({ method, scale }) => {
  const compression = { method, scale, init: 'default' } as const;
  const trained = normalizationsMoved(buildNetwork(blueprint, compression, streamsOf('collapse', 0)));
  const network = collapsed(trained);

  test('answers as before when it is collapsed', () => {
    const before = valuesOf(logitsOf(trained));
    expect(Math.max(...before.data.map(Math.abs))).toBeGreaterThan(1e-3);
    expectClose(logitsOf(network), before, 1e-5);
  });

  test('becomes the dense network: its parameters, and the graph of its evaluation', () => {
    const whole = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('other', 1));
    const shapesOf = (model: typeof network) =>
      model.variables.map(({ name, role, value }) => [name, role, value.shape]);
    expect(shapesOf(network)).toEqual(shapesOf(whole));
    const parameters = network.variables.filter(({ role }) => role !== 'statistic');
    expect(parameters.reduce((sum, { size }) => sum + size, 0)).toBe(totalParameters(blueprint));
    const [own, dense_, factorized] = [network, whole, trained].map((model) => {
      const feeds = { images: tensorOf(images), labels: tf.tensor1d([0, 1, 2, 0, 1], 'int32') };
      return graphForm(imageEvaluationStep(model).recorded(feeds)).digest;
    });
    expect(own).toBe(dense_);
    expect(factorized).not.toBe(dense_);
  });

  test('stays as it is, whatever becomes of the collapsed one', () => {
    const [before, values] = [valuesOf(logitsOf(trained)), trained.variables.map(({ value }) => valuesOf(value))];
    for (const variable of collapsed(trained).variables) variable.assign(tf.zerosLike(variable.value));
    expect(trained.variables.map(({ value }) => valuesOf(value))).toEqual(values);
    expect(valuesOf(logitsOf(trained))).toEqual(before);
  });
});

test('collapsing makes the variables of the collapsed network, and nothing else', () => {
  const compression = { method: deep, scale: 1, init: 'spectral' } as const;
  const trained = buildNetwork(blueprint, compression, streamsOf('collapse', 0));
  const before = tf.memory().numTensors;
  const network = collapsed(trained);
  expect(tf.memory().numTensors).toBe(before + network.variables.length);
  for (const variable of network.variables) variable.dispose();
});
