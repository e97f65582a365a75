import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import type { LayerMethod } from '../../harness/methods/method.ts';
import { methods } from '../../harness/methods/registry.ts';
import { buildNetwork } from '../../harness/nn/network.ts';
import { wideResnetBlueprint } from '../../harness/nn/wide-resnet-blueprint.ts';
import { streamsOf } from '../../harness/random.ts';
import type { InitName, RegularizerName } from '../../harness/spec.ts';
import { trainingStep } from '../../harness/train/training-step.ts';
import { tensorOf } from '../helpers/engine.ts';
import { randomValues } from '../helpers/reference.ts';
import { tinyTraining } from '../helpers/tiny-training.ts';

/** Every method that knows how to draw cores. */
const tensorMethods = methods.filter(
  (method): method is LayerMethod => method.kind === 'layer' && method.inits?.includes('iid') === true,
);

describe.each(tensorMethods)('$name', (method) => {
  const make = (init: InitName, regularizer: RegularizerName) => {
    const blueprint = wideResnetBlueprint({ depth: 10, widen: 1, classes: 3, size: 8, inputChannels: 3 });
    const model = buildNetwork(blueprint, { method, scale: 0.4, init }, streamsOf('tiny-tensor', 0));
    return { model, step: trainingStep(model, tinyTraining, regularizer) };
  };

  test.each([
    ['default', 'weight-decay'],
    ['spectral', 'frobenius-decay'],
    ['iid', 'crs'],
  ] as const)('trains a network by replay with the bits of eager steps: %s, %s', (init, regularizer) => {
    const [eager, replayed] = [make(init, regularizer), make(init, regularizer)];
    expect(weightsDigest(eager.model.variables)).toBe(weightsDigest(replayed.model.variables));
    const before = weightsDigest(eager.model.variables);
    for (const [index, size] of [8, 8, 5].entries()) {
      const feeds = {
        images: tensorOf(randomValues(`images/${index}`, [size, 8, 8, 3])),
        labels: tf.tensor1d(
          Int32Array.from({ length: size }, (_, i) => i % 3),
          'int32',
        ),
        learningRate: tf.scalar(0.1),
      };
      const losses = [eager.step.runEagerly(feeds), replayed.step.run(feeds)].map(({ loss }) => loss.dataSync()[0]!);
      expect(losses[1]).toBe(losses[0]);
    }
    expect(weightsDigest(replayed.step.variables)).toBe(weightsDigest(eager.step.variables));
    expect(weightsDigest(eager.model.variables)).not.toBe(before);
    replayed.step.dispose();
  });
});
