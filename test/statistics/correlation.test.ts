import { describe, expect, it, test } from 'vitest';
import { correlationInterval, pearson, ranksOf, spearman } from '../../harness/statistics/correlation.ts';

/** Anscombe's first data set. */
const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];

test('Pearson’s r of Anscombe’s first set is the published 0.816', () => {
  expect(pearson(x, y)).toBeCloseTo(0.81642, 5);
  expect(pearson(x, x)).toBe(1);
  expect(
    pearson(
      x,
      x.map((value) => -value),
    ),
  ).toBe(-1);
});

test('Spearman’s ρ is 1 − 6Σd²/(n(n² − 1)) of ranks without ties', () => {
  const squares = ranksOf(x).map((rank, i) => (rank - ranksOf(y)[i]!) ** 2);
  const expected = 1 - (6 * squares.reduce((sum, value) => sum + value, 0)) / (11 * 120);
  expect(spearman(x, y)).toBeCloseTo(expected, 12);
  expect(spearman(x, x.map(Math.exp))).toBe(1);
});

test('equal values share the mean of their ranks', () => {
  expect(ranksOf([3, 1, 3, 2, 3])).toEqual([4, 1, 4, 2, 4]);
});

test('what does not vary has no correlation', () => {
  expect(pearson([1, 2, 3], [5, 5, 5])).toBeNull();
  expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
  expect(pearson([], [])).toBeNull();
  expect(() => pearson([1], [1, 2])).toThrow('1 values against 2');
});

describe('the interval', () => {
  it('is tanh(atanh r ± 1.96/√(n − 3))', () => {
    // Worked by hand: atanh 0.5 = 0.549306, 1.959964/5 = 0.391993.
    const [low, high] = correlationInterval(0.5, 28, 'pearson')!;
    expect([low, high]).toEqual([expect.closeTo(0.156, 3), expect.closeTo(0.7358, 3)]);
  });

  it('is wider for ranks, a point at 1, and none for few pairs', () => {
    const [low] = correlationInterval(0.5, 28, 'spearman')!;
    expect(low).toBeLessThan(correlationInterval(0.5, 28, 'pearson')![0]);
    expect(correlationInterval(1, 28, 'spearman')).toEqual([1, 1]);
    expect(correlationInterval(0.5, 3, 'pearson')).toBeNull();
  });
});
