import { describe, expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { grasp, graspExamples, graspScores } from '../../../harness/methods/sparse/grasp.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { streamsOf } from '../../../harness/random.ts';
import { assemble } from '../../../harness/shape/blueprint.ts';
import { hessianGradient } from '../../../harness/sparse/scores/hessian-gradient.ts';
import { highest, ones } from '../../../harness/sparse/selection.ts';
import { expectClose } from '../../helpers/engine.ts';
import { values } from '../../helpers/reference.ts';
import { hessianTimes, noiseBatch, referenceLoss, scoringContext } from '../../helpers/reference-loss.ts';
import { type Weights, weightsOf } from '../../helpers/reference-network.ts';
import { referenceLogits } from '../../helpers/reference-resnet.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

test('graspScores are −θ·(Hg), of numbers too small for float32 too', () => {
  expect([...graspScores(Float32Array.of(2, -4, 0.5), Float32Array.of(0.5, 0.25, -3))]).toEqual([-1, 1, 1.5]);
  expect([...graspScores(Float32Array.of(2 ** -80), Float32Array.of(2 ** -90))]).toEqual([-(2 ** -170)]);
});

describe('on a ResNet, against second differences in float64', () => {
  const model = tinyModel({ method: 'dense', shape: { width: 2, size: 4 } });
  const { context } = scoringContext(model, [4, 4, 3]);
  const batches = [3, 4].map((size) => noiseBatch(`grasp/${size}`, size, 48, 3));
  const { gradient, product } = hessianGradient(context, batches, 200);
  const weights = weightsOf(model);
  const losses = batches.map((batch) =>
    referenceLoss((at, images) => referenceLogits(model, at, images, true), batch, [4, 4, 3], 200),
  );
  const g = new Map(context.weights.map(({ name, shape }, l) => [name, values(shape, gradient[l]!)]));
  const loss = (at: Weights) => losses.reduce((sum, ofBatch) => sum + ofBatch(at), 0);
  const products = hessianTimes(loss, weights, g);
  const expected = context.weights.map(({ name }) =>
    weights.get(name)!.data.map((weight, i) => -weight * products.get(name)!.data[i]!),
  );
  const scores = context.weights.map(({ name }, l) =>
    graspScores(Float32Array.from(weights.get(name)!.data), product[l]!),
  );

  test('scores agree for every weight', () => {
    scores.forEach((layer, l) => {
      expectClose(values([layer.length], layer), values([layer.length], expected[l]!), 2e-5);
    });
  });

  test.each([0.02, 0.1, 0.3, 0.5, 0.9])('the kept weights at %d agree but for ties', (share) => {
    const keep = Math.round(share * scores.reduce((sum, { length }) => sum + length, 0));
    const lowest = (of: readonly Float64Array[]) =>
      highest(
        of.map((layer) => layer.map((score) => -score)),
        keep,
      );
    const [actual, reference] = [lowest(scores), lowest(expected)];
    const order = expected.flatMap((layer) => [...layer]).sort((a, b) => a - b);
    const threshold = order[keep - 1]!;
    const tie = 4e-5 * Math.max(...order.map(Math.abs));
    const different = actual.flatMap((mask, l) =>
      [...mask.keys()].filter((i) => mask[i] !== reference[l]![i]).map((i) => Math.abs(expected[l]![i]! - threshold)),
    );
    expect(different.filter((distance) => distance > tie)).toEqual([]);
    // Near ties alone, so that most of the weights are compared.
    expect(different.length).toBeLessThanOrEqual(4);
  });
});

test('a score is half the rise of the gradient’s squared norm for a share of the weight removed', () => {
  const blueprint = assemble('linear', [
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'classifier', inFeatures: 3, outFeatures: 4 },
  ]);
  const model = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('grasp', 0));
  const { context } = scoringContext(model, [1, 1, 3]);
  const batches = [noiseBatch('rise', 6, 3, 4)];
  const { weight, shape } = context.weights[0]!;
  const before = weight.value.dataSync().slice() as Float32Array;
  const [scores] = hessianGradient(context, batches, 1).product.map((product) => graspScores(before, product));
  const squaredNorm = (entry: number, factor: number) => {
    weight.assign(
      tf.tensor(
        before.map((value, i) => (i === entry ? value * factor : value)),
        [...shape],
      ),
    );
    return hessianGradient(context, batches, 1).gradient[0]!.reduce((sum, value) => sum + value ** 2, 0);
  };
  const share = 0.02;
  const rises = [...before.keys()].map(
    (entry) => (squaredNorm(entry, 1 - share) - squaredNorm(entry, 1 + share)) / (2 * share),
  );
  expectClose(
    values([12], scores!),
    values(
      [12],
      rises.map((rise) => rise / 2),
    ),
    1e-3,
  );
});

test('keeps the lowest scores over all layers, of ten examples a class in two halves', async () => {
  const { context, keep, sparse } = sparseSetUp(grasp, { training: { labelSmoothing: 0.1 } });
  const before = context.values();
  const { size, images, labels } = context.images!.balancedBatch('scores/0', 10);
  expect([...labels]).toEqual(Array.from({ length: 30 }, (_, n) => Math.floor(n / 10)));
  const halves = [
    { size: 15, images: images.slice(0, 15 * 192), labels: labels.slice(0, 15) },
    { size: 15, images: images.slice(15 * 192), labels: labels.slice(15) },
  ];
  expect(size).toBe(30);
  const { product } = hessianGradient(context, halves, 200);
  const tensors = tf.memory().numTensors;
  await sparse.hooks.beforePhase!(0);
  expect(tf.memory().numTensors).toBe(tensors);
  const masks = context.masks();
  expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(keep);
  const scores = (kept: number) =>
    before.flatMap((layer, l) => [...graspScores(layer, product[l]!)].filter((_, i) => masks[l]![i] === kept));
  const [removed, remaining] = [scores(0), scores(1)];
  expect(Math.max(...remaining)).toBeLessThanOrEqual(Math.min(...removed));
  // What is kept holds the gradient up, and what is removed has scores of either sign.
  expect(Math.min(...remaining)).toBeLessThan(0);
  expect(Math.max(...removed)).toBeGreaterThan(0);
  expect(context.values()).toEqual(before.map((layer, l) => layer.map((value, i) => (masks[l]![i] === 1 ? value : 0))));
  // The gradient once and the product as three; those of this test count in a context of its own.
  expect(sparse.examples()).toBe(4 * 30);
});

test.each([
  [2, 1, 10],
  [10, 1, 10],
  [100, 2, 5],
  [200, 10, 1],
])('of %d classes takes %d batches with %d examples a class', (classes, draws, perClass) => {
  expect(graspExamples(classes)).toEqual({ draws, perClass });
});
