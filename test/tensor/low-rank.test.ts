import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { balancedFactors } from '../../harness/tensor/balanced-factors.ts';
import { composeLowRank, frobeniusGradients, spectralFactors } from '../../harness/tensor/low-rank.ts';
import { truncatedSvd } from '../../harness/tensor/truncated-svd.ts';
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

test('spectralFactors rounds what float64 gives, once', () => {
  const w = randomValues('w', [40, 30]);
  const [exact, rounded] = [balancedFactors(w, 7), factorsOf(w, 7)];
  expect(rounded.u.data).toEqual(Float64Array.from(exact.u.data, Math.fround));
  expect(rounded.v.data).toEqual(Float64Array.from(exact.v.data, Math.fround));
  const { left, right } = truncatedSvd(w, 7);
  const [missed, best] = [matMul(exact.u, transposed(exact.v)), matMul(left, right)].map((product) =>
    Math.sqrt(2 * halfSquare(map(w, (value, i) => value - product.data[i]!))),
  );
  expect(missed).toBeCloseTo(best!, 12);
});

test('spectralFactors with singular values of one are those of float64, rounded', () => {
  const w = randomValues('w', [6, 5]);
  const { u, v } = spectralFactors(tensorOf(w), 3, { ones: true });
  const exact = balancedFactors(w, 3, { ones: true });
  expect(valuesOf(u).data).toEqual(Float64Array.from(exact.u.data, Math.fround));
  expect(valuesOf(v).data).toEqual(Float64Array.from(exact.v.data, Math.fround));
});

describe.each([
  [9, 5],
  [5, 9],
])('balancedFactors of a %i x %i matrix with singular values of one', (m, n) => {
  const identity = filled([4, 4], ([i, j]) => (i === j ? 1 : 0));

  test('have orthonormal columns, which span what those of spectral initialization do', () => {
    const w = known(m, n);
    const { u, v } = balancedFactors(w, 4, { ones: true });
    expectClose(matMul(transposed(u), u), identity, 1e-12);
    expectClose(matMul(transposed(v), v), identity, 1e-12);
    const plain = balancedFactors(w, 4);
    expectClose(
      map(u, (value, flat) => value * Math.sqrt(sigma[flat % 4]!)),
      plain.u,
      1e-12,
    );
    expectClose(
      map(v, (value, flat) => value * Math.sqrt(sigma[flat % 4]!)),
      plain.v,
      1e-12,
    );
  });

  test('are zero where the matrix vanishes, and beyond its size', () => {
    const w = matMul(randomValues('left', [m, 2]), randomValues('right', [2, n]));
    const { u, v } = balancedFactors(w, 7, { ones: true });
    for (const factor of [u, v]) {
      const squares = Array.from({ length: 7 }, (_, j) =>
        factor.data.filter((_, flat) => flat % 7 === j).reduce((sum, value) => sum + value * value, 0),
      );
      expectClose(
        { shape: [7], data: Float64Array.from(squares) },
        filled([7], ([j]) => (j! < 2 ? 1 : 0)),
        1e-12,
      );
    }
  });
});

test('spectralFactors of zeros are zero', () => {
  const { u, v } = balancedFactors(
    filled([3, 4], () => 0),
    2,
  );
  expect([...u.data, ...v.data]).toEqual(Array.from({ length: 14 }, () => 0));
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
