import { expect, test } from 'vitest';
import { symmetricEigen } from '../../harness/tensor/symmetric-eigen.ts';
import { expectOrthonormalRows } from '../helpers/orthonormal.ts';
import { filled, matMul, orthonormalColumns, randomValues, transposed } from '../helpers/reference.ts';

test.each([1, 2, 3, 7, 40])('symmetricEigen of size %i finds the values and vectors that made the matrix', (n) => {
  const basis = orthonormalColumns('basis', n, n);
  // One value twice and one zero, where they fit.
  const known = Array.from({ length: n }, (_, i) => (i === 1 ? 3 : i === n - 1 ? 0 : 3 - 2 * i));
  const spread = filled([n, n], ([i, j]) => (i === j ? known[i!]! : 0));
  const matrix = matMul(matMul(basis, spread), transposed(basis));
  const { values, vectors } = symmetricEigen(matrix, n);
  const sorted = [...known].sort((a, b) => b - a);
  sorted.forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 9);
  });
  const found = filled([n, n], ([i, j]) => (i === j ? values[i!]! : 0));
  matMul(matMul(transposed(vectors), found), vectors).data.forEach((value, i) => {
    expect(value).toBeCloseTo(matrix.data[i]!, 9);
  });
  expectOrthonormalRows(vectors);
});

test('symmetricEigen of diagonal and zero matrices', () => {
  const diagonal = filled([3, 3], ([i, j]) => (i === j ? [1, 5, 2][i!]! : 0));
  expect([...symmetricEigen(diagonal, 3).values]).toEqual([5, 2, 1]);
  expect([
    ...symmetricEigen(
      filled([3, 3], () => 0),
      3,
    ).values,
  ]).toEqual([0, 0, 0]);
});

test.each([1, 2, 4, 9])('symmetricEigen keeps the %i leading of all, to the bit', (count) => {
  const root = randomValues('root', [9, 12]);
  const matrix = matMul(root, transposed(root));
  const [all, kept] = [symmetricEigen(matrix, 9), symmetricEigen(matrix, count)];
  expect([...kept.values]).toEqual([...all.values.slice(0, count)]);
  expect(kept.vectors).toEqual({ shape: [count, 9], data: all.vectors.data.slice(0, count * 9) });
});

test.each([1e-300, 1e-160, 1e160, 1e300])('symmetricEigen of entries near %d', (size) => {
  const { values, vectors } = symmetricEigen(
    filled([5, 5], ([i, j]) => (i === j ? 2 * size : Math.abs(i! - j!) === 1 ? -size : 0)),
    5,
  );
  // Of a chain of five: 2 + 2·cos(kπ/6).
  [2 + Math.sqrt(3), 3, 2, 1, 2 - Math.sqrt(3)].forEach((value, k) => {
    expect(values[k]! / size).toBeCloseTo(value, 13);
  });
  expectOrthonormalRows(vectors);
});

test('symmetricEigen of a column that vanishes beside the others', () => {
  const { values, vectors } = symmetricEigen(
    filled([4, 4], ([i, j]) => (i === j ? i! + 1 : Math.min(i!, j!) === 0 ? 1e-161 : 0.5)),
    4,
  );
  expect(values[3]).toBe(1);
  expectOrthonormalRows(vectors);
});

/** Two equal blocks whose largest eigenvalues, and others, differ by less than rounding (Wilkinson 1965). */
test('symmetricEigen of eigenvalues that agree to rounding', () => {
  const matrix = filled([21, 21], ([i, j]) => (i === j ? Math.abs(10 - i!) : Math.abs(i! - j!) === 1 ? 1 : 0));
  const { values, vectors } = symmetricEigen(matrix, 6);
  expect(values[0]! - values[1]!).toBeLessThan(1e-12);
  expect(values[0]).toBeCloseTo(10.746194182903393, 12);
  expectOrthonormalRows(vectors);
  const moved = matMul(vectors, matrix);
  const rest = moved.data.map((value, flat) => value - values[Math.floor(flat / 21)]! * vectors.data[flat]!);
  expect(Math.max(...rest.map(Math.abs))).toBeLessThan(1e-13);
});

test('symmetricEigen refuses what is not finite', () => {
  expect(() =>
    symmetricEigen(
      filled([3, 3], () => Number.NaN),
      2,
    ),
  ).toThrow('finite');
});
