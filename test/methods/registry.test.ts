import { expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { methodOf, methods } from '../../harness/methods/registry.ts';
import { roundHalfEven } from '../../harness/methods/round.ts';

test('methodOf finds every method by its name, and names are unique', () => {
  expect(methods.map(({ name }) => methodOf(name))).toEqual(methods);
  expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length);
});

test('methodOf names the known methods where it finds none', () => {
  expect(() => methodOf('lowrank')).toThrow(UsageError);
  expect(() => methodOf('lowrank')).toThrow("method 'lowrank' is unknown; known: dense, narrow, narrow-macs, low-rank");
});

test.each([
  [0, 0],
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [3.5, 4],
  [2.4999, 2],
  [2.5001, 3],
  [7, 7],
  [-0.5, 0],
  [-1.5, -2],
])('roundHalfEven(%d) is %d', (x, expected) => {
  expect(roundHalfEven(x) + 0).toBe(expected);
});
