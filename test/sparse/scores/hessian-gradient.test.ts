import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import type { Model } from '../../../harness/nn/model.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { streamsOf } from '../../../harness/random.ts';
import { assemble } from '../../../harness/shape/blueprint.ts';
import { convNorm } from '../../../harness/shape/conv-norm.ts';
import { hessianGradient } from '../../../harness/sparse/scores/hessian-gradient.ts';
import { expectClose } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { type Values, values } from '../../helpers/reference.ts';
import {
  hessianTimes,
  type LabelledImages,
  type Logits,
  noiseBatch,
  referenceLoss,
  scoringContext,
} from '../../helpers/reference-loss.ts';
import { positive, referenceLayers, type Weights, weightsOf } from '../../helpers/reference-network.ts';
import { referenceLogits } from '../../helpers/reference-resnet.ts';
import { maxPooled } from '../../helpers/reference-vgg.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

test('of softmax regression is the closed form', () => {
  const blueprint = assemble('linear', [
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'classifier', inFeatures: 3, outFeatures: 4 },
  ]);
  const model = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('hessian', 0));
  const [w, b] = model.variables.map(({ value }) => value.dataSync()) as [Float32Array, Float32Array];
  const batches = [
    { size: 2, images: Float32Array.of(1, -2, 0.5, 3, 0.25, -1), labels: Int32Array.of(2, 0) },
    { size: 1, images: Float32Array.of(-1.5, 1, 2), labels: Int32Array.of(3) },
  ];
  const temperature = 1.5;
  const { context, counted } = scoringContext(model, [1, 1, 3]);
  const { gradient, product } = hessianGradient(context, batches, temperature);
  expect(counted.examples).toBe(12);

  // L = Σ_b 1/n·Σ ℓ((xᵀW + b)/T): ∇L = Σ_b 1/(nT)·Σ x·(p − y)ᵀ and H·V = Σ_b 1/(nT²)·Σ x·((diag p − p·pᵀ)·Vᵀx)ᵀ.
  const examples = batches.flatMap(({ size, images, labels }) =>
    [...labels].map((label, n) => ({ x: [...images.subarray(3 * n, 3 * n + 3)], label, share: 1 / size })),
  );
  const timesX = (matrix: ArrayLike<number>, x: number[]) =>
    [0, 1, 2, 3].map((c) => x.reduce((sum, value, i) => sum + value * matrix[4 * i + c]!, 0));
  const probabilities = (x: number[]) => {
    const powers = timesX(w, x).map((logit, c) => Math.exp((logit + b[c]!) / temperature));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  };
  const sumOf = (row: (x: number[], label: number) => number[]) => {
    const sum = new Float64Array(12);
    for (const { x, label, share } of examples) {
      row(x, label).forEach((value, c) => {
        x.forEach((pixel, i) => {
          sum[4 * i + c]! += share * pixel * value;
        });
      });
    }
    return sum;
  };
  const g = sumOf((x, label) => probabilities(x).map((p, c) => (p - (c === label ? 1 : 0)) / temperature));
  const hg = sumOf((x) => {
    const [p, along] = [probabilities(x), timesX(g, x)];
    const mean = p.reduce((sum, share, c) => sum + share * along[c]!, 0);
    return p.map((share, c) => (share * (along[c]! - mean)) / temperature ** 2);
  });
  expectClose(values([12], gradient[0]!), values([12], g), 1e-6);
  expectClose(values([12], product[0]!), values([12], hg), 1e-6);
});

test('counts, keeps running statistics and leaves no tensor', () => {
  const model = tinyModel({ method: 'dense' });
  const { context, counted } = scoringContext(model, [8, 8, 3]);
  const state = () => model.variables.map(({ value }) => [...value.dataSync()]);
  const [before, tensors] = [state(), tf.memory().numTensors];
  hessianGradient(context, [noiseBatch('a', 4, 192, 3), noiseBatch('b', 3, 192, 3)], 200);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(state()).toEqual(before);
  expect(counted.examples).toBe(28);
  expect(() => hessianGradient(context, [], 200)).toThrow('there are no batches');
});

/** Convolutions, a maximum between them, and a linear layer. */
function poolingModel(): Model {
  const layer = (name: string, inChannels: number, outChannels: number, outputs: number) =>
    convNorm({ name, inChannels, outChannels, kernel: 3, stride: 1, outputs, compressible: true });
  const blueprint = assemble('pooling', [
    ...layer('a', 3, 3, 6),
    { kind: 'relu' as const },
    { kind: 'max-pool' as const, size: 2 },
    ...layer('b', 3, 4, 3),
    { kind: 'relu' as const },
    { kind: 'global-average-pool' as const },
    { kind: 'linear', name: 'classifier', inFeatures: 4, outFeatures: 3 },
  ]);
  return buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('hessian', 0));
}

function poolingLogits(weights: Weights, images: Values): Values {
  const { convNorm: normed, classified } = referenceLayers(weights, true);
  return classified(positive(normed(maxPooled(positive(normed(images, 'a', 1)), 2), 'b', 1)));
}

interface Case {
  name: string;
  model: Model;
  side: number;
  logits: Logits;
  temperature: number;
}

const resnet = (shortcut: 'option-a' | 'projection', temperature: number): Case => {
  // Of these weights float32 sums leave a few millionths, whatever the order that a machine has them in.
  const model = tinyModel({ method: 'dense', seed: 1, shape: { width: 2, size: 4, shortcut } });
  return {
    name: `a ResNet with shortcuts by ${shortcut}`,
    model,
    side: 4,
    temperature,
    logits: (weights, images) => referenceLogits(model, weights, images, true),
  };
};
const pooling = (temperature: number): Case => ({
  name: 'a network with a maximum',
  model: poolingModel(),
  side: 6,
  logits: poolingLogits,
  temperature,
});

// At 200 the second derivatives of the logits rule, at 1 those of the softmax too.
test.each([resnet('option-a', 200), resnet('option-a', 1), resnet('projection', 200), pooling(200), pooling(1)])(
  'of $name at temperature $temperature agrees with second differences in float64, for every weight',
  ({ model, side, logits, temperature }) => {
    const imageShape = [side, side, 3];
    const batches: LabelledImages[] = [3, 4].map((size) => noiseBatch(`half/${size}`, size, side * side * 3, 3));
    const { context } = scoringContext(model, imageShape);
    const { gradient, product } = hessianGradient(context, batches, temperature);
    const losses = batches.map((batch) => referenceLoss(logits, batch, imageShape, temperature));
    const loss = (weights: Weights) => losses.reduce((sum, ofBatch) => sum + ofBatch(weights), 0);
    const weights = weightsOf(model);
    const g = new Map(context.weights.map(({ name, shape }, l) => [name, values(shape, gradient[l]!)]));
    const products = hessianTimes(loss, weights, g);
    context.weights.forEach(({ name, shape }, l) => {
      const expected = finiteDifferences(
        (entries) => loss(new Map(weights).set(name, entries)),
        weights.get(name)!,
        1e-6,
      );
      expectClose(g.get(name)!, expected, 2e-5);
      expectClose(values(shape, product[l]!), products.get(name)!, 2e-5);
    });
  },
);
