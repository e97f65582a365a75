import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { lowRank } from '../../../harness/methods/low-rank.ts';
import { batchNormLayer } from '../../../harness/nn/batch-norm-layer.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { streamsOf } from '../../../harness/random.ts';
import { noDecay } from '../../../harness/regularize/decay.ts';
import { resnetBlueprint } from '../../../harness/shape/resnet.ts';
import { normOfProduct, productsOf, scaleProduct } from '../../../harness/tasks/normalization/products.ts';
import { imageLoss } from '../../../harness/train/image-steps.ts';
import { trainingStep } from '../../../harness/train/step.ts';
import { convShape } from '../../helpers/conv-layers.ts';
import { tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { dot, map, matMul, randomValues, transposed, type Values, values } from '../../helpers/reference.ts';

/** Under batch normalization the loss knows W = UVᵀ by its direction alone, and a step turns that by η/‖W‖²_F. */

const [examples, inputs, outputs, rank] = [24, 6, 5, 3];
const x = randomValues('x', [examples, inputs]);
const labels = Array.from({ length: examples }, (_, n) => (7 * n + (n % 3)) % outputs);

/** Mean cross-entropy of the normalized outputs of a linear layer W [outputs, inputs], in float64 and with ε = 0. */
function lossOf(w: Values): number {
  const z = matMul(x, transposed(w)).data;
  const normalized = z.slice();
  for (let c = 0; c < outputs; c++) {
    const column = Array.from({ length: examples }, (_, n) => z[n * outputs + c]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / examples;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / examples;
    for (let n = 0; n < examples; n++) normalized[n * outputs + c] = (column[n]! - mean) / Math.sqrt(variance);
  }
  let loss = 0;
  for (let n = 0; n < examples; n++) {
    const row = normalized.subarray(n * outputs, (n + 1) * outputs);
    loss += Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[labels[n]!]!;
  }
  return loss / examples;
}

const normOf = (w: Values) => Math.sqrt(dot(w, w));
const times = (w: Values, factor: number) => map(w, (value) => factor * value);
const plus = (left: Values, right: Values) => map(left, (value, flat) => value + right.data[flat]!);
const directionOf = (w: Values) => times(w, 1 / normOf(w));

/** Ŵ − (η/‖W‖²_F)·Proj_⊥Ŵ(∇ VVᵀ + UUᵀ ∇), ∇ the loss's gradient at Ŵ (Khodak et al. 2021, section 3.2). */
function firstOrder(u: Values, v: Values, rate: number): Values {
  const w = matMul(u, transposed(v));
  const direction = directionOf(w);
  const gradient = finiteDifferences(lossOf, direction);
  const moved = plus(matMul(gradient, matMul(v, transposed(v))), matMul(matMul(u, transposed(u)), gradient));
  const across = plus(moved, times(direction, -dot(moved, direction)));
  return plus(direction, times(across, -rate / normOf(w) ** 2));
}

/** One step of gradient descent on the factors: ∂U = GV, ∂V = GᵀU with the loss's gradient G at W. */
function stepped(u: Values, v: Values, rate: number): Values {
  const gradient = finiteDifferences(lossOf, matMul(u, transposed(v)));
  const next = [
    plus(u, times(matMul(gradient, v), -rate)),
    plus(v, times(matMul(transposed(gradient), u), -rate)),
  ] as const;
  return directionOf(matMul(next[0], transposed(next[1])));
}

const distance = (left: Values, right: Values) => normOf(plus(left, times(right, -1)));

describe('the normalized update of a factorized layer', () => {
  const [u, v] = [randomValues('u', [outputs, rank]), randomValues('v', [inputs, rank])];

  it('is its first-order expression but for an error that falls with the square of the rate', () => {
    const errors = [0.4, 0.2, 0.1, 0.05, 0.025].map((rate) => distance(stepped(u, v, rate), firstOrder(u, v, rate)));
    const slopes = errors.slice(1).map((error, i) => Math.log2(errors[i]! / error));
    expect(errors[0]).toBeGreaterThan(1e-5);
    for (const slope of slopes) expect(Math.abs(slope - 2)).toBeLessThan(0.1);
  });

  it('is not that of another power of the norm, whose error is of first order', () => {
    const w = matMul(u, transposed(v));
    const wrong = (rate: number) => {
      const right = firstOrder(u, v, rate);
      const direction = directionOf(w);
      return plus(direction, times(plus(right, times(direction, -1)), normOf(w)));
    };
    const errors = [0.05, 0.025].map((rate) => distance(stepped(u, v, rate), wrong(rate)));
    expect(Math.log2(errors[0]! / errors[1]!)).toBeLessThan(1.2);
  });

  it('is what a step of the product does', () => {
    const shape = convShape({
      name: 'layer',
      kernel: [1, 1],
      inChannels: inputs,
      outChannels: outputs,
      stride: 1,
      inputSize: [1, 1],
      outputSize: [1, 1],
    } as never);
    const layer = lowRank.build(shape, rank / outputs, 'default', streamsOf('layer', 0));
    const norm = batchNormLayer({ name: 'norm', channels: outputs } as never);
    const step = trainingStep({
      variables: layer.variables,
      loss: ({ images, labels: of }) => {
        const logits = tf.reshape(norm.apply(layer.apply(images!, pass()), pass()), [examples, outputs]);
        return { loss: crossEntropy(logits, of!, 0), correct: tf.scalar(0), count: tf.scalar(1) };
      },
      decay: noDecay,
      optimizer: { name: 'sgd', momentum: 0.9 },
    });
    const matrices = () => valuesOf(layer.matrix());
    const [uVariable, vVariable] = layer.variables;
    const before = [
      transposed(values([rank, outputs], uVariable!.value.dataSync())),
      values([inputs, rank], vVariable!.value.dataSync()),
    ] as const;
    const rate = 0.02;
    tf.tidy(() => {
      const feeds = {
        images: tensorOf({ ...x, shape: [examples, 1, 1, inputs] }),
        labels: tf.tensor1d(labels, 'int32'),
        learningRate: tf.scalar(rate),
      };
      step.runEagerly(feeds);
    });
    const expected = firstOrder(before[0], before[1], rate);
    const start = directionOf(matMul(before[0], transposed(before[1])));
    const moved = distance(expected, start);
    expect(distance(directionOf(matrices()), expected)).toBeLessThan(0.05 * moved);
    expect(moved).toBeGreaterThan(1e-3);
  });
});

const pass = () => ({ training: true as const, updates: [] });

describe('the loss', () => {
  it.each([0.01, 3, 500])('is the same for a layer %d times as large, in float64', (factor) => {
    const w = randomValues('w', [outputs, inputs]);
    expect(lossOf(times(w, factor))).toBeCloseTo(lossOf(w), 12);
  });

  it('of a network is the same for products twice as large but for ε, and not for a larger classifier', () => {
    const blueprint = resnetBlueprint({
      depth: 8,
      width: 4,
      classes: 10,
      size: 32,
      inputChannels: 3,
      shortcut: 'option-a',
    } as never);
    const model = buildNetwork(blueprint, { method: lowRank, scale: 0.3, init: 'spectral' }, streamsOf('network', 0));
    const images = randomValues('images', [8, 32, 32, 3]);
    const measured = () =>
      tf.tidy(() => {
        const feeds = { images: tensorOf(images), labels: tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], 'int32') };
        return imageLoss(model, 0)(feeds).loss.dataSync()[0]!;
      });
    const first = measured();
    const products = productsOf(model);
    expect(products.length).toBeGreaterThan(5);
    for (const product of products) scaleProduct(product, 2 * normOfProduct(product));
    expect(Math.abs(measured() / first - 1)).toBeLessThan(1e-4);
    const classifier = model.variables.find(({ name }) => name === 'classifier.weight')!;
    classifier.assign(tf.mul(classifier.value, 2));
    expect(Math.abs(measured() / first - 1)).toBeGreaterThan(1e-2);
  });
});
