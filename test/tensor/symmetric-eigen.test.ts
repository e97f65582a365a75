import { expect, test } from 'vitest';
import { symmetricEigen } from '../../harness/tensor/symmetric-eigen.ts';
import { filled, matMul, orthonormalColumns, transposed } from '../helpers/reference.ts';

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

test('symmetricEigen refuses what is not finite', () => {
  expect(() => symmetricEigen(filled([3, 3], () => Number.NaN))).toThrow('finite');
});
