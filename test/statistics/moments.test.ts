import { describe, expect, it } from 'vitest';
import { mean, median, sampleDeviation } from '../../harness/statistics/moments.ts';

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

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[10, 9, 2, 100], 9.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('refuses no values', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
