import { describe, expect, it } from 'vitest';
import { mean, sampleDeviation } from '../../../baselines/moments.ts';
import { holm, medianOf, pairedTest, twoSampleTest } from '../../../reports/statistics/statistics.ts';

describe('moments', () => {
  it('gives mean and sample deviation, with n - 1', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    expect(sampleDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('gives null where there is nothing to measure', () => {
    expect(mean([])).toBeNull();
    expect(sampleDeviation([])).toBeNull();
    expect(sampleDeviation([3])).toBeNull();
  });

  it('gives exactly 0 for equal values whose mean is rounded', () => {
    expect(sampleDeviation([0.1, 0.1, 0.1])).toBe(0);
  });
});

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

describe('holm', () => {
  it('steps down: 0.01 x 4, 0.02 x 3, 0.03 x 2 raised to the one before, 0.5 x 1', () => {
    expect(rounded(holm([0.02, 0.5, 0.01, 0.03]))).toEqual([0.06, 0.5, 0.04, 0.06]);
  });

  it('stops at 1 and leaves out tests that were not possible', () => {
    expect(rounded(holm([0.4, null, 0.9]))).toEqual([0.8, null, 0.9]);
    expect(rounded(holm([0.7, 0.6]))).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

function rounded(values: (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null ? null : Number(value.toFixed(12))));
}

it.each([
  [[], null],
  [[null], null],
  [[3, null, 1], 2],
  [[5, 1, 100], 5],
])('medianOf(%j) is %j', (values, expected) => {
  expect(medianOf(values)).toBe(expected);
});
