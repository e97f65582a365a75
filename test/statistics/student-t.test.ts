import { describe, expect, it } from 'vitest';
import {
  incompleteBeta,
  quantile,
  twoSidedQuantile,
  twoSidedTail,
  upperTail,
} from '../../harness/statistics/student-t.ts';

describe('twoSidedTail', () => {
  it.each([
    ['t table, df 4, 5 %', 2.776445, 4, 0.05],
    ['t table, df 4, 1 %', 4.604095, 4, 0.01],
    ['t table, df 1, 5 %', 12.706205, 1, 0.05],
    ['t table, df 30, 5 %', 2.042272, 30, 0.05],
    ['t table, df 120, 1 %', 2.617421, 120, 0.01],
    ['negative t', -2.776445, 4, 0.05],
    ['t of 0', 0, 7, 1],
  ])('%s', (_, t, df, tail) => {
    expect(twoSidedTail(t, df)).toBeCloseTo(tail, 6);
  });

  it.each([1e-3, 0.5, 3, 40, 1e4])('equals the closed forms of 1, 2 and 3 degrees of freedom at t %f', (t) => {
    expect(relative(twoSidedTail(t, 1), (2 / Math.PI) * Math.atan(1 / t))).toBeLessThan(1e-12);
    // 1 - t/√(2 + t²) without the cancellation.
    const root = Math.sqrt(2 + t * t);
    expect(relative(twoSidedTail(t, 2), 2 / (root * (root + t)))).toBeLessThan(1e-12);
    const angle = Math.atan(t / Math.sqrt(3));
    expect(twoSidedTail(t, 3)).toBeCloseTo(1 - (2 / Math.PI) * (angle + Math.sin(angle) * Math.cos(angle)), 12);
  });

  it('is 0 for an infinite t and refuses what is no t', () => {
    expect(twoSidedTail(Number.POSITIVE_INFINITY, 3)).toBe(0);
    expect(() => twoSidedTail(1, 0)).toThrow('df > 0');
    expect(() => twoSidedTail(Number.NaN, 3)).toThrow('got t NaN');
  });
});

describe('one side', () => {
  // scipy.stats.t.ppf(p, df)
  it.each([
    [0.95, 4, 2.131_846_786_326_649_5],
    [0.05, 4, -2.131_846_786_326_651],
    [0.9, 7.53, 1.404_673_793_714_519],
    [1 - 0.05 / 120, 5.8, 6.324_007_963_000_921],
    [0.8, 196, 0.843_458_961_512_019_9],
    [0.5, 3, 0],
  ])('quantile %d of %d df', (probability, df, expected) => {
    expect(quantile(probability, df)).toBeCloseTo(expected, 10);
  });

  // scipy.stats.t.sf(t, df)
  it.each([
    [2.1, 4, 0.051_826_643_158_801_09],
    [-1.3, 7.5, 0.883_936_610_592_195_6],
    [0, 3, 0.5],
  ])('tail above %d of %d df', (t, df, expected) => {
    expect(upperTail(t, df)).toBeCloseTo(expected, 12);
  });

  it('refuses a probability outside (0, 1)', () => {
    expect(() => quantile(1, 3)).toThrow('0 < probability < 1');
  });
});

describe('incompleteBeta', () => {
  it.each([
    ['I_x(1, 1) = x', 0.3, 1, 1, 0.3],
    ['I_x(2, 1) = x²', 0.3, 2, 1, 0.09],
    ['I_x(1, 3) = 1 - (1 - x)³', 0.3, 1, 3, 0.657],
    ['I_x(2, 3) = 6x² - 8x³ + 3x⁴', 0.5, 2, 3, 0.6875],
    ['I_x(1/2, 1/2) = 2/π arcsin √x', 0.25, 0.5, 0.5, 1 / 3],
    ['symmetry at large parameters', 0.5, 500, 500, 0.5],
  ])('%s', (_, x, a, b, expected) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(expected, 12);
  });
});

describe('twoSidedQuantile', () => {
  it.each([
    [0.05, 4, 2.776445],
    [0.01, 4, 4.604095],
    [0.05, 1, 12.706205],
    [0.05, 2, 4.302653],
  ])('tail %f, df %d: %f', (tail, df, t) => {
    expect(twoSidedQuantile(tail, df)).toBeCloseTo(t, 5);
  });

  it('refuses a tail outside (0, 1)', () => {
    expect(() => twoSidedQuantile(0, 3)).toThrow('0 < tail < 1');
  });
});

function relative(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}
