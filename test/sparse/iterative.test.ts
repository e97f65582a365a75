import { expect, test } from 'vitest';
import { keptAfterRound, pruningRounds } from '../../harness/sparse/iterative.ts';

test.each([
  // 0.8^10 is 0.107, 0.8^11 0.086.
  [160, 0.107, 11],
  [160, 0.1074, 10],
  [200, 0.02, 18],
  [200, 0.64, 2],
  [200, 0.5, 4],
  [200, 0.9, 1],
  [200, 1, 1],
  [159, 0.02, 3],
  [3, 0.1, 3],
  [3, 0.64, 2],
])('a training of %d epochs that keeps %d has %d rounds', (epochs, share, rounds) => {
  expect(pruningRounds(epochs, share)).toBe(rounds);
});

test.each([0.02, 0.05, 0.1, 0.2, 0.4])('the rounds to %d of trainings of 200 epochs prune a fifth at most', (share) => {
  const rounds = pruningRounds(200, share);
  expect(share ** (1 / rounds)).toBeGreaterThanOrEqual(0.8);
  expect(share ** (1 / (rounds - 1))).toBeLessThan(0.8);
});

test('every round leaves the same share, and the last one the budget', () => {
  // A tenth in two rounds: each leaves 0.3162.
  expect([0, 1, 2].map((round) => keptAfterRound(round, 2, 1000, 100))).toEqual([1000, 316, 100]);
  // The published fifth a round: 0.8, 0.64, 0.512.
  expect([1, 2, 3].map((round) => keptAfterRound(round, 3, 1000, 512))).toEqual([800, 640, 512]);
  expect(keptAfterRound(1, 10, 1000, 1000)).toBe(1000);
});
