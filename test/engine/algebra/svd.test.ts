import { describe, expect, test } from 'vitest';
import { singularValues, svd } from '../../../harness/engine/algebra/svd.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { at, filled, matMul, orthonormalColumns, randomValues, transposed } from '../../helpers/reference.ts';

const identity = (n: number) => filled([n, n], ([i, j]) => (i === j ? 1 : 0));

describe.each([
  [5, 5],
  [7, 3],
  [3, 7],
  [1, 4],
])('svd of a %i x %i matrix', (m, n) => {
  const a = randomValues('a', [m, n]);
  const k = Math.min(m, n);
  const [p, sigma, q] = (({ p, sigma, q }) => [valuesOf(p), valuesOf(sigma), valuesOf(q)] as const)(svd(tensorOf(a)));

  test('reconstructs it', () => {
    const scaled = filled([m, k], ([i, j]) => at(p, i!, j!) * sigma.data[j!]!);
    expectClose(matMul(scaled, transposed(q)), a);
  });

  test('has orthonormal columns on both sides', () => {
    expectClose(matMul(transposed(p), p), identity(k));
    expectClose(matMul(transposed(q), q), identity(k));
  });

  test('orders the singular values, and singularValues gives the same', () => {
    expect([...sigma.data]).toEqual([...sigma.data].sort((x, y) => y - x));
    expect(Math.min(...sigma.data)).toBeGreaterThan(0);
    expectClose(singularValues(tensorOf(a)), sigma, 1e-6);
  });
});

test('svd finds known singular values', () => {
  const known = [5, 2, 0.5];
  const [p, q] = [orthonormalColumns('p', 6, 3), orthonormalColumns('q', 4, 3)];
  const a = matMul(
    filled([6, 3], ([i, j]) => at(p, i!, j!) * known[j!]!),
    transposed(q),
  );
  const expected = filled([4], ([i]) => known[i!] ?? 0);
  expectClose(svd(tensorOf(a)).sigma, expected, 1e-6);
  expectClose(singularValues(tensorOf(a)), expected, 1e-6);
});

test('singularValues leaves one tensor', () => {
  const a = tf.ones([3, 2]);
  const before = tf.memory().numTensors;
  singularValues(a).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
