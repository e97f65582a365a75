import { expect, test } from 'vitest';
import { crossEntropy } from '../../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { magnitude } from '../../../harness/methods/sparse/magnitude.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { streamsOf } from '../../../harness/random.ts';
import { assemble } from '../../../harness/shape/blueprint.ts';
import { fisherDiagonal } from '../../../harness/sparse/scores/fisher.ts';
import type { SparseContext } from '../../../harness/sparse/sparse-method.ts';
import { imageFeeds } from '../../../harness/train/image-steps.ts';
import { expectClose } from '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';

test('is the mean of the squared slopes of each example’s loss without label smoothing, in a trained network', async () => {
  const setUp = sparseSetUp(magnitude, { training: { epochs: 1, batchSize: 8, labelSmoothing: 0.1 } });
  const { context, model } = setUp;
  await trainSparse(setUp);
  context.setMasks(context.masks().map((mask) => mask.fill(1)));
  const before = context.values();
  const tensorsBefore = tf.memory().numTensors;
  const fisher = fisherDiagonal(context, context.images!.batch('fisher', 6));
  expect(tf.memory().numTensors).toBe(tensorsBefore);
  expect(context.values()).toEqual(before);
  const { images, labels } = imageFeeds(context.images!.batch('fisher', 6), [8, 8, 3]);
  /** Loss of every example by itself. */
  const losses = () =>
    tf.tidy(() =>
      Array.from({ length: 6 }, (_, n) => {
        const one = tf.slice(images, [n, 0, 0, 0], [1, 8, 8, 3]);
        return crossEntropy(model.apply(one, { training: false }), tf.slice(labels, [n], [1]), 0).dataSync()[0]!;
      }),
    );
  for (const [l, { weight, shape }] of context.weights.entries()) {
    const largest = fisher[l]!.indexOf(Math.max(...fisher[l]!));
    for (const entry of [largest, 0]) {
      const at = (change: number) => {
        const moved = before[l]!.slice();
        moved[entry] = moved[entry]! + change;
        weight.assign(tf.tensor(moved, [...shape]));
        return losses();
      };
      const [above, below] = [at(1e-3), at(-1e-3)];
      at(0);
      const expected = above.reduce((sum, loss, n) => sum + ((loss - below[n]!) / 2e-3) ** 2, 0) / 6;
      expect(Math.abs(fisher[l]![entry]! - expected)).toBeLessThan(0.03 * fisher[l]![largest]! + 1e-6);
    }
  }
});

test('of softmax regression is x²·(p − y)², averaged', () => {
  const blueprint = assemble('linear', [
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'classifier', inFeatures: 3, outFeatures: 4 },
  ]);
  const model = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('fisher', 0));
  const [weight, bias] = model.variables;
  const images = Float32Array.of(1, -2, 0.5, 3, 0.25, -1);
  const labels = Int32Array.of(2, 0);
  let counted = 0;
  const context = {
    images: { model, imageShape: [1, 1, 3] },
    weights: [{ name: 'classifier.weight', shape: [3, 4], weight }],
    countExamples: (examples: number) => {
      counted += examples;
    },
  } as unknown as SparseContext;
  const [fisher] = fisherDiagonal(context, { size: 2, images, labels });
  const [w, b] = [weight!.value.dataSync(), bias!.value.dataSync()];
  const expected = new Float64Array(12);
  for (let n = 0; n < 2; n++) {
    const x = images.subarray(3 * n, 3 * n + 3);
    const logits = Array.from(b, (offset, c) => offset + x.reduce((sum, value, i) => sum + value * w[4 * i + c]!, 0));
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    logits.forEach((logit, c) => {
      const slope = Math.exp(logit) / total - (c === labels[n] ? 1 : 0);
      x.forEach((value, i) => {
        expected[4 * i + c]! += (value * slope) ** 2 / 2;
      });
    });
  }
  expectClose({ shape: [3, 4], data: Float64Array.from(fisher!) }, { shape: [3, 4], data: expected });
  expect(counted).toBe(2);
});
