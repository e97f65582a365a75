import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../harness/engine/gradients.ts';
import { crossEntropy } from '../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { LayerMethod } from '../../harness/nn/layer-method.ts';
import { buildNetwork } from '../../harness/nn/network.ts';
import { gaussian, streamsOf } from '../../harness/random.ts';
import { wideResnetBlueprint } from '../../harness/shape/wide-resnet.ts';
import { inference } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { randomValues, softmaxCrossEntropy, type Values } from '../helpers/reference.ts';
import { weightsOf } from '../helpers/reference-network.ts';
import { referenceWideResnetLogits } from '../helpers/reference-wide-resnet.ts';

const labels = [2, 0, 1];
const images = randomValues('images', [labels.length, 8, 8, 3]);

function tinyWideResnet(sizes: { depth: number; widen: number }, method: LayerMethod) {
  const blueprint = wideResnetBlueprint({ ...sizes, classes: 3, size: 8, inputChannels: 3 });
  const streams = streamsOf('tiny-wide-resnet', 0);
  const model = buildNetwork(blueprint, { method, scale: 0.25, init: 'spectral' }, streams);
  // Scales, offsets and statistics that are not their starting values, so that each of them shows in the logits.
  for (const variable of model.variables) {
    if (!variable.name.includes('.norm.')) continue;
    const draws = gaussian(variable.size, 0.1, streams(variable.name));
    variable.assign(tf.add(variable.value, tf.tensor(draws, variable.value.shape)));
  }
  return model;
}

describe.each([
  // Stage 1 of the first keeps its shape, of the second changes it; the first has blocks within its stages.
  { depth: 16, widen: 1, method: dense },
  { depth: 10, widen: 2, method: dense },
  { depth: 10, widen: 1, method: lowRank },
])('WRN-$depth-$widen with $method.name layers', ({ depth, widen, method }) => {
  const model = tinyWideResnet({ depth, widen }, method);
  const weights = weightsOf(model);
  const reference = (at: typeof weights, training: boolean) =>
    referenceWideResnetLogits({ depth, widen }, at, images, training);

  test('gives the logits of the definition, in evaluation and in training', () => {
    expectClose(model.apply(tensorOf(images), inference), reference(weights, false), 5e-5);
    expectClose(model.apply(tensorOf(images), { training: true, updates: [] }), reference(weights, true), 5e-4);
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
      softmaxCrossEntropy(reference(new Map(weights).set(name, moved), true), labels, 0);
    trainable.forEach(({ name }, index) => {
      const { shape, data } = weights.get(name)!;
      const direction = randomValues(`direction/${name}`, shape).data;
      const along = (h: number) => lossAt(name, { shape, data: data.map((value, i) => value + h * direction[i]!) });
      const expected = (along(1e-6) - along(-1e-6)) / 2e-6;
      const gradient = valuesOf(gradients[index]!).data;
      const actual = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      const size = norm(gradient) * norm(direction);
      const miss = Math.abs(actual - expected);
      expect(size).toBeGreaterThan(0);
      expect(`${name}: ${miss <= 1e-3 * size ? 'close' : `${actual} instead of ${expected}`}`).toBe(`${name}: close`);
    });
  });
});
