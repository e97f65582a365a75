import { expect, test } from 'vitest';
import { crossEntropy } from '../../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { gradientMagnitude } from '../../../harness/methods/sparse/gradient-magnitude.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import { imageFeeds } from '../../../harness/train/image-steps.ts';
import '../../helpers/engine.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';

test('keeps the weights whose change moves the loss most, whatever their own size', async () => {
  const { context, model, keep, sparse } = sparseSetUp(gradientMagnitude, { budget: 0.1, trainExamples: 200 });
  const batch = context.images!.batch('scores', 128);
  const before = context.values();
  const scores = context.gradients(batch).map((gradients) => gradients.map(Math.abs));
  const loss = () =>
    tf.tidy(() => {
      const { images, labels } = imageFeeds(batch, [8, 8, 3]);
      return crossEntropy(model.apply(images, { training: true, updates: [] }), labels, 0).dataSync()[0]!;
    });
  // The slope of the loss at the entry of largest score of each layer, by central differences.
  for (const [l, { weight, shape }] of context.weights.entries()) {
    const entry = scores[l]!.indexOf(Math.max(...scores[l]!));
    const at = (change: number) => {
      const moved = before[l]!.slice();
      moved[entry] = moved[entry]! + change;
      weight.assign(tf.tensor(moved, [...shape]));
      return loss();
    };
    const slope = Math.abs(at(1e-3) - at(-1e-3)) / 2e-3;
    at(0);
    // A float32 loss near 1 has an error of 2e-7.
    expect(Math.abs(slope - scores[l]![entry]!)).toBeLessThan(0.02 * slope + 2e-4);
  }
  await sparse.hooks.beforePhase!(0);
  const masks = context.masks();
  expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(keep);
  const kept = scores.flatMap((layer, l) => [...layer].filter((_, i) => masks[l]![i] === 1));
  const dropped = scores.flatMap((layer, l) => [...layer].filter((_, i) => masks[l]![i] === 0));
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(Math.max(...dropped));
  expect(context.values()).toEqual(
    before.map((values, l) => values.map((value, i) => (masks[l]![i] === 1 ? value : 0))),
  );
  // One batch of the method's own; the one above is counted by this test's context.
  expect(sparse.examples()).toBe(128);
});
