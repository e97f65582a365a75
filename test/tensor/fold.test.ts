import { expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { foldedDims } from '../../harness/tensor/fold.ts';

test.each([
  [160, 160, [32, 32, 25]],
  [320, 320, [50, 64, 32]],
  [640, 640, [80, 80, 64]],
  [8, 8, [4, 4, 4]],
  [27, 1, [3, 3, 3]],
])('a %i x %i matrix folds into %j', (rows, columns, dims) => {
  expect(foldedDims(rows, columns)).toEqual(dims);
});

test.each([
  [7, 7],
  [2, 3],
  [1, 1],
])('a %i x %i matrix is refused', (rows, columns) => {
  expect(() => foldedDims(rows, columns)).toThrow(UsageError);
});
