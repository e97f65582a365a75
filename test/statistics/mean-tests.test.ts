import { describe, expect, it } from 'vitest';
import { pairedTest, pooledDifference, twoSampleTest } from '../../harness/statistics/mean-tests.ts';

describe('pairedTest', () => {
  it('equals a worked example: differences 1 to 5, mean 3, sd √2.5, t 3√2, p 0.01324', () => {
    const test = pairedTest([1, 2, 3, 4, 5]);
    expect(test).toMatchObject({ n: 5, mean: 3 });
    expect(test.sd).toBeCloseTo(Math.sqrt(2.5), 12);
    expect(test.t).toBeCloseTo(3 * Math.SQRT2, 12);
    expect(test.p).toBeCloseTo(0.013236, 5);
    expect(test.interval?.[0]).toBeCloseTo(3 - 2.776445 * Math.sqrt(0.5), 5);
    expect(test.interval?.[1]).toBeCloseTo(3 + 2.776445 * Math.sqrt(0.5), 5);
  });

  it('has no p for one difference', () => {
    expect(pairedTest([0.02])).toEqual({ n: 1, mean: 0.02, sd: null, t: null, p: null, interval: null });
  });

  it('has no p for differences that are equal but for rounding', () => {
    expect(pairedTest([0.3 - 0.1, 0.4 - 0.2, 0.7 - 0.5])).toMatchObject({ n: 3, t: null, p: null, interval: null });
  });

  it('has nothing to say of no differences', () => {
    expect(pairedTest([])).toEqual({ n: 0, mean: null, sd: null, t: null, p: null, interval: null });
  });
});

describe('pooledDifference', () => {
  it('has the t of the two-sample test of equal variances', () => {
    const { difference, variance, scale } = pooledDifference([1, 2, 3], [4, 6, 8, 5])!;
    // scipy.stats.ttest_ind([4, 6, 8, 5], [1, 2, 3])
    expect(difference / (Math.sqrt(variance.value) * scale)).toBeCloseTo(3.348_525_733_023_058_7, 12);
    expect(variance.df).toBe(5);
  });

  it('has no variance of one value each, and nothing of none', () => {
    expect(pooledDifference([1], [3])).toEqual({ difference: 2, variance: { value: 0, df: 0 }, scale: Math.SQRT2 });
    expect(pooledDifference([], [3])).toBeNull();
  });
});

describe('twoSampleTest', () => {
  it('equals a worked example: t 4 / √(5/3), with 2.941 degrees of freedom', () => {
    // s² 1 and 4, n 3 each: standard error √(5/3), (5/3)² / ((1/3)²/2 + (4/3)²/2) degrees of freedom.
    const test = twoSampleTest([1, 2, 3], [4, 6, 8]);
    expect(test.t).toBeCloseTo(4 / Math.sqrt(5 / 3), 12);
    expect(test.p).toBeCloseTo(0.0547868, 6);
    expect(test.interval?.[0]).toBeCloseTo(-0.1554, 5);
    expect(test.interval?.[1]).toBeCloseTo(8.1554, 5);
  });

  it.each([
    ['one value', [1], [2, 3]],
    ['none', [], [2, 3]],
    ['equal values alone', [0.1, 0.1, 0.1], [0.3, 0.3]],
    ['values that are equal but for rounding', [0.3 - 0.1, 0.2], [0.4 - 0.2, 0.2]],
  ])('has no p for %s', (_, before, after) => {
    expect(twoSampleTest(before, after)).toEqual({ t: null, p: null, interval: null });
  });
});
