import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { cholesky, inverseDiagonal } from '../../harness/tensor/cholesky.ts';
import { rowGram } from '../../harness/tensor/matrix.ts';
import { ndArray } from '../../harness/tensor/nd-array.ts';
import { filled, matMul, randomValues, transposed } from '../helpers/reference.ts';

test.each([1, 2, 3, 4, 5, 8, 13])('cholesky of size %i is lower triangular and makes the matrix', (n) => {
  const root = randomValues('root', [n, n + 3]);
  const a = matMul(root, transposed(root));
  const lower = cholesky(a);
  lower.data.forEach((value, flat) => {
    if (flat % n > Math.floor(flat / n)) expect(value).toBe(0);
  });
  matMul(lower, transposed(lower)).data.forEach((value, flat) => {
    expect(value).toBeCloseTo(a.data[flat]!, 12);
  });
});

describe('inverseDiagonal', () => {
  test('of the Hilbert matrix of size 5 is that of its whole-numbered inverse', () => {
    const found = inverseDiagonal(filled([5, 5], ([i, j]) => 1 / (i! + j! + 1)));
    [25, 4800, 79_380, 179_200, 44_100].forEach((value, i) => {
      expect(found[i]! / value).toBeCloseTo(1, 10);
    });
  });

  test.each([1, 4, 6, 9])('of the matrix of minima of size %i is 2, ..., 2, 1', (n) => {
    const found = inverseDiagonal(filled([n, n], ([i, j]) => Math.min(i!, j!) + 1));
    expect([...found]).toEqual(Array.from({ length: n }, (_, i) => (i < n - 1 ? 2 : 1)));
  });

  test('has these very bits', () => {
    const uniform = streamsOf('cholesky', 0)('bits');
    const root = ndArray(
      [30, 35],
      Float64Array.from({ length: 30 * 35 }, () => uniform() - 0.5),
    );
    const digest = createHash('sha256')
      .update(inverseDiagonal(rowGram(root)))
      .digest('hex');
    expect(digest.slice(0, 16)).toBe('85ce2d568cf5e620');
  });
});

test.each([
  ['singular', [1, 2, 2, 4]],
  ['indefinite', [1, 2, 2, 1]],
  ['not finite', [1, 0, 0, Number.NaN]],
  ['not finite', [1, 0, 0, Number.POSITIVE_INFINITY]],
])('a matrix that is %s is refused', (_, data) => {
  expect(() => cholesky(ndArray([2, 2], data))).toThrow('pivot 1 of 2');
  expect(() => inverseDiagonal(ndArray([2, 2], data))).toThrow('singular to rounding or not finite');
});
