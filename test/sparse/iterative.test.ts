import { expect, test } from 'vitest';
import { keptAfterRound, pruningRounds } from '../../harness/sparse/iterative.ts';

test.each([
  [1, 2],
  [8, 2],
  [40, 3],
  [80, 5],
  [160, 10],
  [200, 10],
])('a training of %d epochs has %d rounds', (epochs, rounds) => {
  expect(pruningRounds(epochs)).toBe(rounds);
});

test('every round leaves the same share, and the last one the budget', () => {
  // A tenth in two rounds: each leaves 0.3162.
  expect([0, 1, 2].map((round) => keptAfterRound(round, 2, 1000, 100))).toEqual([1000, 316, 100]);
  // The published fifth a round: 0.8, 0.64, 0.512.
  expect([1, 2, 3].map((round) => keptAfterRound(round, 3, 1000, 512))).toEqual([800, 640, 512]);
  expect(keptAfterRound(1, 10, 1000, 1000)).toBe(1000);
});
