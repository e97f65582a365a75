import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { streamsOf } from '../../../harness/random.ts';
import { weightShapes } from '../../../harness/shape/sized-network.ts';
import { vggBlueprint } from '../../../harness/shape/vgg.ts';
import { logitsAlong } from '../../../harness/sparse/scores/tangents.ts';
import { expectClose, tensorOf } from '../../helpers/engine.ts';
import { directionalDifference } from '../../helpers/finite-differences.ts';
import { map, randomValues, values } from '../../helpers/reference.ts';
import { weightsOf } from '../../helpers/reference-network.ts';
import { referenceVggLogits } from '../../helpers/reference-vgg.ts';

const blueprint = vggBlueprint({ depth: 19, width: 2, classes: 5, size: 32, inputChannels: 3 });
const model = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('tangents', 0));
const images = randomValues('images', [4, 32, 32, 3]);
const direction = new Map(
  weightShapes(blueprint).map(({ name, shape }) => [name, map(randomValues(name, shape), (value) => value / 8)]),
);
const tensors = () => new Map([...direction].map(([name, value]) => [name, tensorOf(value)]));

test('logitsAlong gives a VGG’s logits in training, and their derivative along a direction in all weights', () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const { value, tangent } = logitsAlong(model, tensors(), tensorOf(images));
    const weights = weightsOf(model);
    expectClose(value, referenceVggLogits(weights, images, true), 5e-5);
    const step = values([1], [0]);
    const expected = directionalDifference(
      ({ data }) => {
        const moved = [...weights].map(([name, weight]) => {
          const along = direction.get(name);
          return [name, along ? map(weight, (entry, i) => entry + data[0]! * along.data[i]!) : weight] as const;
        });
        return referenceVggLogits(new Map(moved), images, true);
      },
      step,
      values([1], [1]),
      1e-7,
    );
    expect(Math.max(...expected.data.map(Math.abs))).toBeGreaterThan(0.01);
    expectClose(tangent, expected, 5e-5);
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('a direction without one of the weights is refused', () => {
  const short = tensors();
  short.delete('classifier.weight');
  expect(() => tf.tidy(() => logitsAlong(model, short, tensorOf(images)).value)).toThrow(
    'there is no classifier.weight',
  );
});
