import { describe, expect, test } from 'vitest';
import { truncatedSvd } from '../../harness/tensor/matrix.ts';
import { symmetricEigen } from '../../harness/tensor/symmetric-eigen.ts';
import { filled, matMul, orthonormalColumns, randomValues, transposed } from '../helpers/reference.ts';

test.each([1, 2, 3, 7, 40])('symmetricEigen of size %i finds the values and vectors that made the matrix', (n) => {
  const basis = orthonormalColumns('basis', n, n);
  // One value twice and one zero, where they fit.
  const known = Array.from({ length: n }, (_, i) => (i === 1 ? 3 : i === n - 1 ? 0 : 3 - 2 * i));
  const spread = filled([n, n], ([i, j]) => (i === j ? known[i!]! : 0));
  const matrix = matMul(matMul(basis, spread), transposed(basis));
  const { values, vectors } = symmetricEigen(matrix);
  const sorted = [...known].sort((a, b) => b - a);
  sorted.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 9);
  });
  const found = filled([n, n], ([i, j]) => (i === j ? values[i!]! : 0));
  matMul(matMul(vectors, found), transposed(vectors)).data.forEach((value, i) => {
    expect(value).toBeCloseTo(matrix.data[i]!, 9);
  });
  matMul(transposed(vectors), vectors).data.forEach((value, i) => {
    expect(value).toBeCloseTo(i % (n + 1) === 0 ? 1 : 0, 10);
  });
});

test('symmetricEigen of diagonal and zero matrices', () => {
  const diagonal = filled([3, 3], ([i, j]) => (i === j ? [1, 5, 2][i!]! : 0));
  expect([...symmetricEigen(diagonal).values]).toEqual([5, 2, 1]);
  expect([...symmetricEigen(filled([3, 3], () => 0)).values]).toEqual([0, 0, 0]);
});

describe('truncatedSvd', () => {
  const errorOf = (scale: number) => {
    const product = matMul(randomValues('left', [65, 4]), randomValues('right', [4, 115]));
    const a = { shape: [65, 115], data: Float64Array.from(product.data, (value) => value * scale) };
    const { left, right } = truncatedSvd(a, 4);
    const peak = Math.max(...a.data.map(Math.abs));
    return Math.max(...matMul(left, right).data.map((value, i) => Math.abs(value - a.data[i]!))) / peak;
  };

  test.each([1, 1e-160, 1e160])('of a matrix of rank 4 finds it whole, times %d', (scale) => {
    expect(errorOf(scale)).toBeLessThan(1e-12);
  });
});

test('symmetricEigen refuses what is not finite', () => {
  expect(() => symmetricEigen(filled([3, 3], () => Number.NaN))).toThrow('finite');
});
