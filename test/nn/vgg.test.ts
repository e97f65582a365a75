import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../harness/engine/gradients.ts';
import { crossEntropy } from '../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { LayerMethod } from '../../harness/nn/layer-method.ts';
import { buildNetwork } from '../../harness/nn/network.ts';
import { gaussian, streamsOf } from '../../harness/random.ts';
import { vggBlueprint } from '../../harness/shape/vgg.ts';
import { inference } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { randomValues, softmaxCrossEntropy, type Values } from '../helpers/reference.ts';
import { weightsOf } from '../helpers/reference-network.ts';
import { referenceVggLogits } from '../helpers/reference-vgg.ts';

const labels = [2, 0, 1, 1];
const images = randomValues('images', [labels.length, 32, 32, 3]);

function tinyVgg(method: LayerMethod) {
  const blueprint = vggBlueprint({ depth: 19, width: 2, classes: 3, size: 32, inputChannels: 3 });
  const model = buildNetwork(blueprint, { method, scale: 0.5, init: 'default' }, streamsOf('tiny-vgg', 0));
  // Scales, offsets and statistics that are not their starting values, so that each of them shows in the logits.
  for (const variable of model.variables) {
    if (!variable.name.includes('.norm.')) continue;
    const draws = gaussian(variable.size, 0.1, streamsOf('tiny-vgg', 0)(variable.name));
    variable.assign(tf.add(variable.value, tf.tensor(draws, variable.value.shape)));
  }
  return model;
}

describe.each([dense, lowRank])('VGG-19 with $name layers', (method) => {
  const model = tinyVgg(method);
  const weights = weightsOf(model);

  test('gives the logits of the definition, in evaluation and in training', () => {
    expectClose(model.apply(tensorOf(images), inference), referenceVggLogits(weights, images, false), 5e-5);
    const logits = model.apply(tensorOf(images), { training: true, updates: [] });
    expectClose(logits, referenceVggLogits(weights, images, true), 5e-4);
  });

  test('has the slope of finite differences along a random direction of every trainable variable', () => {
    const trainable = model.variables.filter(({ role }) => role !== 'statistic');
    const target = tf.tensor1d(labels, 'int32');
    const input = tensorOf(images);
    const { gradients } = valueAndGradients(
      () => crossEntropy(model.apply(input, { training: true, updates: [] }), target, 0),
      trainable,
    );
    const lossAt = (name: string, moved: Values) =>
      softmaxCrossEntropy(referenceVggLogits(new Map(weights).set(name, moved), images, true), labels, 0);
    trainable.forEach(({ name }, index) => {
      const { shape, data } = weights.get(name)!;
      const direction = randomValues(`direction/${name}`, shape).data;
      const along = (h: number) => lossAt(name, { shape, data: data.map((value, i) => value + h * direction[i]!) });
      const expected = (along(1e-6) - along(-1e-6)) / 2e-6;
      const gradient = valuesOf(gradients[index]!).data;
      const actual = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      const size = Math.hypot(...gradient) * Math.hypot(...direction);
      const miss = Math.abs(actual - expected);
      expect(`${name}: ${miss <= 1e-3 * size ? 'close' : `${actual} instead of ${expected}`}`).toBe(`${name}: close`);
    });
  });
});

test('a 64 x 64 image leaves 4 x 4 pixels to average, and the weights are those for 32 x 32', () => {
  const shapes = [32, 64].map((size) => vggBlueprint({ depth: 19, width: 2, classes: 3, size, inputChannels: 3 }));
  const build = (index: number) =>
    buildNetwork(shapes[index]!, { method: dense, scale: 1, init: 'default' }, streamsOf('tiny-vgg', 0));
  const [small, large] = [build(0), build(1)];
  expect(large.variables.map(({ name, value }) => [name, value.shape])).toEqual(
    small.variables.map(({ name, value }) => [name, value.shape]),
  );
  const wide = randomValues('wide', [2, 64, 64, 3]);
  expectClose(large.apply(tensorOf(wide), inference), referenceVggLogits(weightsOf(large), wide, false), 5e-5);
});
