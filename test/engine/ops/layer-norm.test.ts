import { expect, test } from 'vitest';
import { layerNorm } from '../../../harness/engine/ops/layer-norm.ts';
import { replaying } from '../../../harness/engine/replay.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { dot, map, randomValues, type Values, values } from '../../helpers/reference.ts';
import { normalizedRow } from '../../helpers/reference-transformer.ts';

const [rows, features] = [4, 5];
// Rows far from mean 0 and variance 1, so that a forgotten term shows.
const x = map(randomValues('x', [rows, features]), (value, flat) => {
  const row = Math.floor(flat / features);
  return Math.fround(value * [0.5, 3, 1, 10][row]! + [2, -1, 5, 0][row]!);
});
const scale = randomValues('scale', [features]);
const offset = randomValues('offset', [features]);

function expected(input: Values, gain: Values, shift: Values): Values {
  const data = Array.from({ length: rows }, (_, n) =>
    normalizedRow([...input.data.subarray(n * features, (n + 1) * features)], gain, shift),
  );
  return values([rows, features], data.flat());
}

test('layerNorm normalizes every row with its mean and biased variance', () => {
  expectClose(layerNorm(tensorOf(x), tensorOf(scale), tensorOf(offset)), expected(x, scale, offset));
});

test('layerNorm has the gradients of finite differences for input, scale and offset', () => {
  const c = randomValues('c', [rows, features]);
  const [forX, forScale, forOffset] = engineGradients(layerNorm as never, [x, scale, offset], c);
  // The input's gradient is what is left after two projections: cancellation costs a digit.
  expectClose(
    forX!,
    finiteDifferences((moved) => dot(expected(moved, scale, offset), c), x),
    5e-5,
  );
  expectClose(
    forScale!,
    finiteDifferences((moved) => dot(expected(x, moved, offset), c), scale),
  );
  expectClose(
    forOffset!,
    finiteDifferences((moved) => dot(expected(x, scale, moved), c), offset),
  );
});

test('layerNorm by hand: 1 and 3 become -1 and 1, up to ε', () => {
  const one = 1 / Math.sqrt(1 + 1e-5);
  const y = layerNorm(tf.tensor2d([[1, 3]]), tf.tensor1d([2, 4]), tf.tensor1d([10, 20]));
  expectClose(y, values([1, 2], [10 - 2 * one, 20 + 4 * one]), 1e-6);
});

test('layerNorm of equal entries is the offset', () => {
  const y = layerNorm(tf.tensor2d([[7, 7, 7]]), tf.ones([3]), tf.tensor1d([1, 2, 3]));
  expect([...y.dataSync()]).toEqual([1, 2, 3]);
});

test('layerNorm has no gradient along a shift of its input', () => {
  const c = randomValues('c', [rows, features]);
  const [forX] = engineGradients(layerNorm as never, [x, scale, offset], c);
  const largest = Math.max(...forX!.data.map(Math.abs));
  for (let n = 0; n < rows; n++) {
    const row = forX!.data.subarray(n * features, (n + 1) * features);
    expect(Math.abs(row.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-5 * largest);
  }
});

test.each([48, 64])('the gradient for %d features has the same bits recorded and operation by operation', (size) => {
  const [input, gain, dy] = ['input', 'gain', 'dy'].map((name, i) =>
    tensorOf(randomValues(name, i === 1 ? [size] : [7, size])),
  );
  const step = ({ x: given }: { x: ReturnType<typeof tensorOf> }) => {
    const gradient = tf.grad((moved) => tf.sum(tf.mul(layerNorm(moved, gain!, tf.zerosLike(gain!)), dy!)))(given);
    return { gradient };
  };
  const feeds = { x: input!, gain: gain!, dy: dy! };
  const recorded = replaying(
    ({ x: given, gain: scaling, dy: direction }: typeof feeds) => ({
      gradient: tf.grad((moved) => tf.sum(tf.mul(layerNorm(moved, scaling, tf.zerosLike(scaling)), direction)))(given),
    }),
    [],
  );
  expect([...recorded.run(feeds).gradient.dataSync()]).toEqual([...step(feeds).gradient.dataSync()]);
  recorded.dispose();
});
