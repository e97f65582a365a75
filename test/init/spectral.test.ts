import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { spectralFactors } from '../../harness/init/spectral.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import {
  at,
  filled,
  halfSquare,
  map,
  matMul,
  orthonormalColumns,
  randomValues,
  transposed,
  type Values,
} from '../helpers/reference.ts';

const sigma = [8, 4, 2, 1, 0.5];

/** A matrix of known singular values, with orthonormal P and Q of its own making. */
function known(m: number, n: number): Values {
  const [p, q] = [orthonormalColumns('p', m, sigma.length), orthonormalColumns('q', n, sigma.length)];
  return matMul(
    filled([m, sigma.length], ([i, j]) => at(p, i!, j!) * sigma[j!]!),
    transposed(q),
  );
}

function factorsOf(w: Values, rank: number): { u: Values; v: Values; product: Values } {
  const factors = spectralFactors(tensorOf(w), rank);
  const [u, v] = [valuesOf(factors.u), valuesOf(factors.v)];
  return { u, v, product: matMul(u, transposed(v)) };
}

describe.each([
  [9, 5],
  [5, 9],
  [7, 6],
])('spectralFactors of a %i x %i matrix with known singular values', (m, n) => {
  const w = known(m, n);

  test.each([1, 2, 4])('misses it at rank %i by the root of the squares of the dropped singular values', (rank) => {
    const { u, v, product } = factorsOf(w, rank);
    expect([u.shape, v.shape]).toEqual([
      [m, rank],
      [n, rank],
    ]);
    const miss = Math.sqrt(2 * halfSquare(map(w, (value, flat) => value - product.data[flat]!)));
    expect(miss).toBeCloseTo(Math.hypot(...sigma.slice(rank)), 5);
  });

  test.each([1, 3, 5])('balances both factors at rank %i: UᵀU = VᵀV = Σ', (rank) => {
    const { u, v } = factorsOf(w, rank);
    const expected = filled([rank, rank], ([i, j]) => (i === j ? sigma[i!]! : 0));
    expectClose(matMul(transposed(u), u), expected);
    expectClose(matMul(transposed(v), v), expected);
  });
});

test.each([
  [4, 3],
  [3, 4],
])('spectralFactors of a %i x %i matrix beyond its rank is exact, with zero columns in both factors', (m, n) => {
  const w = randomValues('w', [m, n]);
  const { u, v, product } = factorsOf(w, 6);
  expect([u.shape, v.shape]).toEqual([
    [m, 6],
    [n, 6],
  ]);
  expectClose(product, w);
  for (const factor of [u, v]) {
    const extra = factor.data.filter((_, flat) => flat % 6 >= 3);
    expect([...new Set(extra)]).toEqual([0]);
    expect(factor.data.filter((_, flat) => flat % 6 < 3).every((value) => value !== 0)).toBe(true);
  }
});

test('spectralFactors leaves its two results only', () => {
  const w = tensorOf(known(5, 5));
  const before = tf.memory().numTensors;
  const { u, v } = spectralFactors(w, 2);
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose([u, v]);
});
