import { describe, expect, it } from 'vitest';
import { comparisonWithin, intervalOf, upperTail } from '../../../reports/arms/arm-test.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { armsOf } from '../../helpers/arms.ts';

describe('a comparison of two arms alone', () => {
  it('is the paired t-test', () => {
    const [left, right] = armsOf({ low: [0.51, 0.62, 0.73], set: [0.5, 0.6, 0.7] });
    const test = comparisonWithin([left!, right!])(left!, right!);
    // Differences 0.01, 0.02, 0.03: mean 0.02, standard error 0.01 / √3, two degrees of freedom.
    expect(test.n).toBe(3);
    expect(test.difference).toBeCloseTo(0.02, 12);
    expect(test.t).toBeCloseTo(2 * Math.sqrt(3), 9);
    expect(test.df).toBeCloseTo(2, 9);
    expect(upperTail(test)).toBeCloseTo((1 - Math.sqrt(12 / 14)) / 2, 9);
    expect(intervalOf(test)?.[0]).toBeCloseTo(0.02 - (4.302_653 * 0.01) / Math.sqrt(3), 7);
    expect(intervalOf(test)?.[1]).toBeCloseTo(0.02 + (4.302_653 * 0.01) / Math.sqrt(3), 7);
  });

  it('turns its sign with the arms', () => {
    const [left, right] = armsOf({ low: [0.51, 0.62, 0.73], set: [0.5, 0.6, 0.7] });
    const compare = comparisonWithin([left!, right!]);
    const [one, other] = [upperTail(compare(left!, right!))!, upperTail(compare(right!, left!))!];
    expect(one + other).toBeCloseTo(1, 12);
    expect(one).toBeLessThan(0.05);
  });
});

describe('a comparison among more arms', () => {
  // Arm + seed + error: errors ±(1, -1, 0), ±(0, 1, -1) ... of columns and rows that sum to zero.
  const values = {
    a: [0.5 + 0.01, 0.6 - 0.01, 0.7],
    b: [0.4, 0.5 + 0.01, 0.6 - 0.01],
    c: [0.3 - 0.01, 0.4, 0.5 + 0.01],
  };

  it('uses the residual variance of arm + seed, pooled where the arms spread alike', () => {
    const arms = armsOf(values);
    const test = comparisonWithin(arms)(arms[0]!, arms[1]!);
    // Residual sum of squares 6e-4 over (3 - 1)(3 - 1) degrees of freedom.
    expect(test.difference).toBeCloseTo(0.1, 12);
    expect(test.df).toBeCloseTo(4, 9);
    expect(test.t).toBeCloseTo(0.1 / Math.sqrt((2 * 1.5e-4) / 3), 9);
  });

  it('is not moved by what a seed changes in all arms', () => {
    const shifted = Object.fromEntries(
      Object.entries(values).map(([name, own]) => [name, own.map((value, seed) => value + [0.1, -0.2, 0.05][seed]!)]),
    );
    const [plain, moved] = [armsOf(values), armsOf(shifted)];
    const before = comparisonWithin(plain)(plain[0]!, plain[2]!);
    const after = comparisonWithin(moved)(moved[0]!, moved[2]!);
    expect(after.t).toBeCloseTo(before.t!, 6);
  });

  it('compares over shared seeds where one is missing, with the least-squares fit of the rest', () => {
    const arms = armsOf({ ...values, c: [0.29, 0.4, null] });
    const test = comparisonWithin(arms)(arms[0]!, arms[2]!);
    expect(test.n).toBe(2);
    expect(test.difference).toBeCloseTo((0.51 - 0.29 + 0.59 - 0.4) / 2, 12);
    // 8 values - 3 arms - 3 seeds + 1.
    expect(test.df).toBeLessThanOrEqual(3 + 1e-9);
    expect(test.t).toBeGreaterThan(0);
  });

  it('never takes an arm as steadier than it showed itself', () => {
    const steady = Array.from({ length: 8 }, (_, i) => [
      0.5,
      0.5 + 0.001 * ((i % 3) - 1),
      0.5 - 0.001 * ((i % 2) + 0.5),
    ]);
    const names = 'abcdefgh'.split('');
    const arms = armsOf({ wild: [0.4, 0.6, 0.5], ...Object.fromEntries(names.map((name, i) => [name, steady[i]!])) });
    const test = comparisonWithin(arms)(arms.find((arm) => methodOf(arm) === 'wild')!, arms[0]!);
    // Its own errors of about 0.1 over two degrees of freedom, however small all the others' are.
    expect(test.standardError).toBeGreaterThan(0.05);
    const calm = comparisonWithin(arms)(arms[0]!, arms[1]!);
    expect(calm.standardError).toBeLessThan(test.standardError! / 2);
  });
});

describe('no test', () => {
  it.each([
    ['one seed', { a: [0.5], b: [0.6], c: [0.7] }],
    ['no spread at all', { a: [0.5, 0.5], b: [0.6, 0.6] }],
    ['no shared seed', { a: [0.5, null], b: [null, 0.6] }],
    ['one shared seed', { a: [0.5, 0.55, null], b: [null, 0.6, 0.64] }],
  ])('of %s', (_, values) => {
    const arms = armsOf(values);
    const test = comparisonWithin(arms)(arms[0]!, arms[1]!);
    expect(test).toMatchObject({ t: null, df: null, standardError: null });
    expect(intervalOf(test)).toBeNull();
    expect(upperTail(test)).toBeNull();
  });
});
