import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { rightFactor, threeFactorGradients } from '../../harness/tensor/three-factors.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { halfSquare, matMul, randomValues, transposed } from '../helpers/reference.ts';

/** Ranks below, at and above the matrix's own. */
const sizes = [
  { m: 5, n: 4, r: 2 },
  { m: 4, n: 6, r: 4 },
  { m: 3, n: 4, r: 7 },
];

describe.each(sizes)('U M Vᵀ of $m x $n, rank $r', ({ m, n, r }) => {
  const [u, square, v] = [randomValues('u', [m, r]), randomValues('m', [r, r]), randomValues('v', [n, r])];
  const product = (a: typeof u, b: typeof u, c: typeof u) => matMul(matMul(a, b), transposed(c));

  test('is U(V Mᵀ)ᵀ', () => {
    const right = valuesOf(rightFactor(tensorOf(v), tensorOf(square)));
    expectClose(matMul(u, transposed(right)), product(u, square, v));
  });

  test('has the decay gradients of finite differences', () => {
    const found = threeFactorGradients({ u: tensorOf(u), m: tensorOf(square), v: tensorOf(v) });
    expectClose(
      found.u,
      finiteDifferences((moved) => halfSquare(product(moved, square, v)), u),
    );
    expectClose(
      found.m,
      finiteDifferences((moved) => halfSquare(product(u, moved, v)), square),
    );
    expectClose(
      found.v,
      finiteDifferences((moved) => halfSquare(product(u, square, moved)), v),
    );
  });

  test('leaves only its results', () => {
    const given = { u: tensorOf(u), m: tensorOf(square), v: tensorOf(v) };
    const before = tf.memory().numTensors;
    const found = threeFactorGradients(given);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose(found);
  });
});

test('the gradients are those of NumPy', () => {
  // import numpy as np
  // U = np.array([[1, 2], [3, 4], [5, 6]]); M = np.array([[1, -1], [0, 2]]); V = np.array([[1, 0], [2, -1]])
  // W = U @ M @ V.T; W @ V @ M.T, U.T @ W @ V, W.T @ U @ M
  const matrix = (rows: number[][]) => tf.tensor2d(rows);
  const given = {
    u: matrix([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    m: matrix([
      [1, -1],
      [0, 2],
    ]),
    v: matrix([
      [1, 0],
      [2, -1],
    ]),
  };
  const found = threeFactorGradients(given);
  expect(found.u.arraySync()).toEqual([
    [-2, 2],
    [6, -2],
    [14, -6],
  ]);
  expect(found.m.arraySync()).toEqual([
    [69, -17],
    [84, -20],
  ]);
  expect(found.v.arraySync()).toEqual([
    [35, 53],
    [17, 23],
  ]);
});
