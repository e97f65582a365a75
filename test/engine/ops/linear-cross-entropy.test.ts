import { describe, expect, test } from 'vitest';
import { crossEntropy } from '../../../harness/engine/ops/cross-entropy.ts';
import { linearCrossEntropy } from '../../../harness/engine/ops/linear-cross-entropy.ts';
import { type Tensor, tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import {
  at,
  filled,
  matMul,
  randomValues,
  softmaxCrossEntropy,
  transposed,
  type Values,
  values,
} from '../../helpers/reference.ts';

const labels = [0, 2, 3, 3, 1];
const x = randomValues('x', [5, 3]);
const w = randomValues('w', [3, 4]);
const b = randomValues('b', [4]);
const one = values([], [1]);
const plain = (matrix: Tensor) => ({ matrix, transposed: false });
const labelTensor = () => tf.tensor1d(labels, 'int32');

/** Σ w_i·loss_i / Σ w_i of the logits x·W + b. */
function reference(input: Values, weight: Values, bias: Values, weights: readonly number[], smoothing: number): number {
  const product = matMul(input, weight);
  const logits = filled(product.shape, ([n, c]) => at(product, n!, c!) + at(bias, c!));
  let [sum, total] = [0, 0];
  weights.forEach((share, n) => {
    const row = values([1, 4], logits.data.slice(4 * n, 4 * n + 4));
    sum += share * softmaxCrossEntropy(row, [labels[n]!], smoothing);
    total += share;
  });
  return sum / total;
}

test('linearCrossEntropy of a transposed weight has the same value and gradients', () => {
  const of = (transposed: boolean) => (input: Tensor, matrix: Tensor, bias: Tensor) =>
    linearCrossEntropy(input, { matrix, transposed }, bias, labelTensor(), tf.tensor1d([1, 0, 2, 1, 1]), 0.1).loss;
  const loss = of(true)(tensorOf(x), tensorOf(transposed(w)), tensorOf(b));
  expectClose(loss, values([], [reference(x, w, b, [1, 0, 2, 1, 1], 0.1)]), 1e-6);
  const expected = engineGradients(of(false) as never, [x, w, b], one);
  const gradients = engineGradients(of(true) as never, [x, transposed(w), b], one);
  expectClose(gradients[0]!, expected[0]!);
  expectClose(transposed(gradients[1]!), expected[1]!);
  expectClose(gradients[2]!, expected[2]!);
});

describe.each([0, 0.1, 0.9])('linearCrossEntropy with smoothing %d', (smoothing) => {
  describe.each([null, [1, 0, 1, 1, 0], [0.5, 2, 1, 0, 3]])('and weights %j', (weights) => {
    const given = weights ?? [1, 1, 1, 1, 1];
    const weightTensor = () => (weights === null ? null : tf.tensor1d(weights));
    const loss = (input: Tensor, weight: Tensor, bias: Tensor) =>
      linearCrossEntropy(input, plain(weight), bias, labelTensor(), weightTensor(), smoothing).loss;

    test('agrees with the definition', () => {
      expectClose(
        loss(tensorOf(x), tensorOf(w), tensorOf(b)),
        values([], [reference(x, w, b, given, smoothing)]),
        1e-6,
      );
    });

    test('has the gradients of finite differences for input, weight and bias', () => {
      const [forX, forW, forB] = engineGradients(loss as never, [x, w, b], one);
      expectClose(
        forX!,
        finiteDifferences((moved) => reference(moved, w, b, given, smoothing), x),
      );
      expectClose(
        forW!,
        finiteDifferences((moved) => reference(x, moved, b, given, smoothing), w),
      );
      expectClose(
        forB!,
        finiteDifferences((moved) => reference(x, w, moved, given, smoothing), b),
      );
    });
  });
});

test('linearCrossEntropy agrees with the plain operations on many classes, gradients included', () => {
  const [input, weight, bias] = [randomValues('X', [6, 8]), randomValues('W', [8, 500]), randomValues('B', [500])];
  const many = () => tf.tensor1d([0, 499, 250, 3, 3, 77], 'int32');
  const fused = (a: Tensor, m: Tensor, o: Tensor) => linearCrossEntropy(a, plain(m), o, many(), null, 0.1).loss;
  const separate = (a: Tensor, m: Tensor, o: Tensor) =>
    crossEntropy(tf.add(tf.matMul(a as never, m as never), o), many(), 0.1);
  const gradients = (f: typeof fused) => engineGradients(f as never, [input, weight, bias], one);
  const expected = gradients(separate as never);
  for (const [index, gradient] of gradients(fused).entries()) expectClose(gradient, expected[index]!);
});

test('linearCrossEntropy stays finite where the label has no chance: logits of ±1000', () => {
  const [input, weight] = [values([2, 1], [1000, -1000]), values([1, 2], [1, -1])];
  const target = () => tf.tensor1d([0, 0], 'int32');
  const run = (a: Tensor, m: Tensor) => linearCrossEntropy(a, plain(m), tf.zeros([2]), target(), null, 0).loss;
  // Row 1 is certain and right, row 2 certain and wrong: losses 0 and 2000.
  expectClose(run(tensorOf(input), tensorOf(weight)), values([], [1000]), 1e-6);
  const [forX] = engineGradients(run as never, [input, weight], one);
  expectClose(forX!, values([2, 1], [0, -1]), 1e-6);
});

test('linearCrossEntropy counts the right answers, those of weight 0 left out, and leaves its two scalars only', () => {
  const input = tf.tensor2d([1, 2, 3, 4], [4, 1]);
  // Class 1 has the largest logit in every row.
  const [weight, bias] = [tf.tensor2d([-1, 1, 0], [1, 3]), tf.zeros([3])];
  const target = tf.tensor1d([1, 0, 1, 1], 'int32');
  const weights = tf.tensor1d([1, 1, 0, 1]);
  const before = tf.memory().numTensors;
  const all = linearCrossEntropy(input, plain(weight), bias, target, null, 0.1);
  const some = linearCrossEntropy(input, plain(weight), bias, target, weights, 0.1);
  expect([all.correct.dataSync()[0], some.correct.dataSync()[0]]).toEqual([3, 2]);
  expect(tf.memory().numTensors).toBe(before + 4);
});

test('linearCrossEntropy counts no right answer where all logits are equal', () => {
  const target = tf.tensor1d([0, 4, 2, 1], 'int32');
  const { correct } = linearCrossEntropy(tf.zeros([4, 3]), plain(tf.zeros([3, 5])), tf.fill([5], 7), target, null, 0);
  expect(correct.dataSync()[0]).toBe(0);
});
