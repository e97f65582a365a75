import { expect, test } from 'vitest';
import { powerOf, rootOf } from '../../harness/tensor/root.ts';

test.each([
  [8, 3, 2],
  [1024, 10, 2],
  [1, 5, 1],
  [0, 3, 0],
  [7, 1, 7],
  [0.001, 3, 0.1],
  [2, 2, Math.SQRT2],
  [1e300, 3, 1e100],
  [1e-300, 6, 1e-50],
  [5e-324, 2, 2.2227587494850775e-162],
])('the root of %d of degree %i is %d', (value, n, root) => {
  expect(Math.abs(rootOf(value, n) - root)).toBeLessThanOrEqual(4 * Number.EPSILON * root);
});

test('rootOf of what is not finite is that', () => {
  expect([rootOf(Number.POSITIVE_INFINITY, 3), rootOf(Number.NaN, 3)]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
});

test('powers are products in order', () => {
  expect([0, 1, 2, 3].map((n) => powerOf(0.1, n))).toEqual([1, 0.1, 0.1 * 0.1, 0.1 * 0.1 * 0.1]);
});
