import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { composeLowRank, frobeniusGradients, spectralFactors } from '../../harness/tensor/low-rank.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
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

  test.each([1, 3, 5])('with ones at rank %i: UᵀU = VᵀV = 1, along the singular vectors of W', (rank) => {
    const factors = spectralFactors(tensorOf(w), rank, { ones: true });
    const [u, v] = [valuesOf(factors.u), valuesOf(factors.v)];
    const identity = filled([rank, rank], ([i, j]) => (i === j ? 1 : 0));
    expectClose(matMul(transposed(u), u), identity);
    expectClose(matMul(transposed(v), v), identity);
    // UᵀWV = Σ.
    const diagonal = filled([rank, rank], ([i, j]) => (i === j ? sigma[i!]! : 0));
    expectClose(matMul(matMul(transposed(u), w), v), diagonal);
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

test.each([
  [5, 4, 2],
  [2, 6, 3],
  [1, 1, 1],
])('frobeniusGradients of u [%i, r] and v [%i, r] with r = %i are those of ½‖UVᵀ‖²', (m, n, r) => {
  const [u, v] = [randomValues('u', [m, r]), randomValues('v', [n, r])];
  const gradients = frobeniusGradients(tensorOf(u) as never, tensorOf(v) as never);
  expectClose(
    gradients.u,
    finiteDifferences((moved) => halfSquare(matMul(moved, transposed(v))), u),
  );
  expectClose(
    gradients.v,
    finiteDifferences((moved) => halfSquare(matMul(u, transposed(moved))), v),
  );
});

test('frobeniusGradients by hand', () => {
  // U = [1 2]ᵀ, V = [3]: UVᵀ = [3 6]ᵀ, ∂U = U·9, ∂V = V·5.
  const { u, v } = frobeniusGradients(tf.tensor2d([[1], [2]]), tf.tensor2d([[3]]));
  expect([...valuesOf(u).data, ...valuesOf(v).data]).toEqual([9, 18, 15]);
});

test('composeLowRank is UVᵀ, of matrices and of batches of them', () => {
  const [u, v] = [randomValues('u', [5, 2]), randomValues('v', [4, 2])];
  const single = composeLowRank(tensorOf(u), tensorOf(v));
  expectClose(single, matMul(u, transposed(v)));
  const [us, vs] = [tf.stack([tensorOf(u), tf.zeros([5, 2])]), tf.stack([tensorOf(v), tf.ones([4, 2])])];
  const [first, second] = tf.unstack(composeLowRank(us, vs));
  expectClose(first!, valuesOf(single));
  expect([...new Set(valuesOf(second!).data)]).toEqual([0]);
});
