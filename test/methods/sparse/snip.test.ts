import { expect, test } from 'vitest';
import { crossEntropy } from '../../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { snip, snipScores } from '../../../harness/methods/sparse/snip.ts';
import { lossGradients } from '../../../harness/sparse/scores/loss-gradients.ts';
import { highest } from '../../../harness/sparse/selection.ts';
import { imageFeeds, imageLoss } from '../../../harness/train/image-steps.ts';
import { expectClose } from '../../helpers/engine.ts';
import { map, values } from '../../helpers/reference.ts';
import { maskDerivatives, noiseBatch, referenceLoss, scoringContext } from '../../helpers/reference-loss.ts';
import { weightsOf } from '../../helpers/reference-network.ts';
import { referenceLogits } from '../../helpers/reference-resnet.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

test('scores are the magnitudes of the derivatives of the loss for the mask entries', () => {
  const { context, model } = sparseSetUp(snip, { training: { labelSmoothing: 0.1 } });
  const batch = context.images!.batch('scores', 24);
  const weights = context.values();
  const gradients = context.gradients(batch);
  const loss = () =>
    tf.tidy(() => {
      const { images, labels } = imageFeeds(batch, [8, 8, 3]);
      return crossEntropy(model.apply(images, { training: true, updates: [] }), labels, 0.1).dataSync()[0]!;
    });
  for (const [l, { weight, shape }] of context.weights.entries()) {
    const scores = snipScores(weights[l]!, gradients[l]!);
    // The entry of the highest score, and two that stand for the rest.
    for (const entry of [scores.indexOf(Math.max(...scores)), 0, scores.length - 1]) {
      const at = (mask: number) => {
        const moved = weights[l]!.slice();
        moved[entry] = moved[entry]! * mask;
        weight.assign(tf.tensor(moved, [...shape]));
        return loss();
      };
      // A float32 loss near 1 has an error of 2e-7, so that h = 0.002 leaves 1e-4; the kinks of ReLU within h add
      // theirs.
      const difference = Math.abs(at(1.002) - at(0.998)) / 0.004;
      expect(Math.abs(scores[entry]! - difference)).toBeLessThan(0.02 * Math.max(...scores) + 1e-4);
      at(1);
    }
  }
});

test('scores agree with differences of the loss for the mask in float64, for every weight of a ResNet', () => {
  const model = tinyModel({ method: 'dense', shape: { width: 2, size: 4 } });
  const batch = noiseBatch('snip', 5, 48, 3);
  const { context } = scoringContext(model, [4, 4, 3]);
  const variables = context.weights.map(({ weight }) => weight);
  const gradients = lossGradients(model.variables, variables, imageLoss(model, 0))(() => imageFeeds(batch, [4, 4, 3]));
  const weights = weightsOf(model);
  const loss = referenceLoss((at, images) => referenceLogits(model, at, images, true), batch, [4, 4, 3]);
  context.weights.forEach(({ name, shape, weight }, l) => {
    const scores = snipScores(weight.value.dataSync() as Float32Array, gradients[l]!);
    expectClose(values(shape, scores), map(maskDerivatives(loss, weights, name), Math.abs), 2e-5);
  });
});

test.each([
  [24, 128],
  [150, 150],
])('at batches of %d keeps the highest scores over all layers, of one batch of %d', async (batchSize, scored) => {
  const { context, keep, sparse, step } = sparseSetUp(snip, { training: { batchSize }, trainExamples: 200 });
  const before = context.values();
  const gradients = context.gradients(context.batch('scores', scored));
  await sparse.hooks.beforePhase!(0);
  const scores = before.map((values, l) => snipScores(values, gradients[l]!));
  expect(context.masks()).toEqual(highest(scores, keep));
  expect(context.values()).toEqual(
    before.map((values, l) => values.map((value, i) => (context.masks()[l]![i] === 1 ? value : 0))),
  );
  expect(sparse.examples()).toBe(scored);
  // Scoring leaves the running statistics as they were.
  for (const { name, value } of step.variables) {
    if (name.endsWith('.mean')) expect([...value.dataSync()].every((entry) => entry === 0)).toBe(true);
  }
});

test('snipScores are |w·g|', () => {
  expect([...snipScores(Float32Array.of(2, -3, 0), Float32Array.of(-1, -0.5, 4))]).toEqual([2, 1.5, 0]);
});
