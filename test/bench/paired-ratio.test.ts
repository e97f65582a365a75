import { describe, expect, test } from 'vitest';
import { medianInterval, pairedRatio } from '../../harness/bench/paired-ratio.ts';

/** 1 .. n in a shuffled order, so that an order statistic is its own rank. */
const ranks = (n: number) => Array.from({ length: n }, (_, i) => ((i * 7) % n) + 1);

describe('medianInterval', () => {
  // 1 - 2·ΣC(n, i)/2ⁿ over i < k, with the sums written out.
  test.each([
    [1, 1, 0],
    [2, 1, 1 - (2 * 1) / 4],
    [5, 1, 1 - (2 * 1) / 32],
    [6, 1, 1 - (2 * 1) / 64],
    [8, 1, 1 - (2 * 1) / 256],
    [9, 2, 1 - (2 * (1 + 9)) / 512],
    [11, 2, 1 - (2 * (1 + 11)) / 2048],
    [12, 3, 1 - (2 * (1 + 12 + 66)) / 4096],
    [15, 4, 1 - (2 * (1 + 15 + 105 + 455)) / 32768],
    [20, 6, 1 - (2 * (1 + 20 + 190 + 1140 + 4845 + 15504)) / 1048576],
  ])('of %i values reaches from the k-th smallest to the k-th largest, k = %i, with coverage %d', (n, k, coverage) => {
    const values = n % 7 === 0 ? Array.from({ length: n }, (_, i) => n - i) : ranks(n);
    expect(medianInterval(values)).toEqual({ low: k, high: n + 1 - k, coverage });
  });

  test('is the narrowest whose coverage is at least the confidence: one rank further in is too little', () => {
    // k = 2 of 8: 1 - 2·(1 + 8)/256 = 0.9297; of 9: 0.9609.
    expect(medianInterval(ranks(8), 0.92)).toEqual({ low: 2, high: 7, coverage: 1 - 18 / 256 });
    expect(medianInterval(ranks(8), 0.93).low).toBe(1);
    expect(medianInterval(ranks(9), 1 - 20 / 512).low).toBe(2);
  });

  test('follows the normal approximation where there are many values', () => {
    const n = 2000;
    const { low, high, coverage } = medianInterval(Array.from({ length: n }, (_, i) => i + 1));
    expect(low + high).toBe(n + 1);
    // n/2 - 1.96·√n/2
    expect(Math.abs(low - (n / 2 - 0.98 * Math.sqrt(n)))).toBeLessThan(1.5);
    expect(coverage).toBeGreaterThanOrEqual(0.95);
    // A rank is worth 2 · 0.0584 · 2/√n = 0.0052 of coverage, 0.0584 being the normal density at 1.96.
    expect(coverage).toBeLessThan(0.95 + 0.0053);
  });

  test('covers the true median as often as it says, over all orders of signs', () => {
    // Whether each of 9 values lies above the median is a fair coin: all 512 outcomes, each as likely.
    let covered = 0;
    for (let outcome = 0; outcome < 512; outcome++) {
      const values = Array.from({ length: 9 }, (_, i) => (((outcome >> i) & 1) === 1 ? 1 : -1) * (i + 1));
      const { low, high } = medianInterval(values);
      if (low < 0 && high > 0) covered++;
    }
    expect(covered / 512).toBe(medianInterval(ranks(9)).coverage);
  });

  test('does not change its values, and refuses none', () => {
    const values = [3, 1, 2];
    medianInterval(values);
    expect(values).toEqual([3, 1, 2]);
    expect(() => medianInterval([])).toThrow(RangeError);
  });
});

describe('pairedRatio', () => {
  test('is theirs over ours, pair by pair', () => {
    const { ratios, ...rest } = pairedRatio([10, 20, 40, 50, 100], [20, 20, 60, 200, 50]);
    expect(ratios).toEqual([2, 1, 1.5, 4, 0.5]);
    expect(rest).toEqual({ median: 1.5, interval: { low: 0.5, high: 4, coverage: 0.9375 }, min: 0.5, max: 4 });
  });

  test('cancels what slows both', () => {
    expect(pairedRatio([10, 1000, 10, 10, 10], [20, 2000, 20, 20, 20])).toMatchObject({ median: 2, min: 2, max: 2 });
  });

  test('refuses lists of different lengths', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow(/got 2 and 1/);
  });
});
