import { describe, expect, it } from 'vitest';
import { effectFound, normalTail, powerOf } from '../../harness/statistics/power.ts';
import { quantile } from '../../harness/statistics/student-t.ts';

describe('normalTail', () => {
  // scipy.stats.norm.sf(z)
  it.each([
    [0, 0.5],
    [0.5, 0.308_537_538_725_986_9],
    [1, 0.158_655_253_931_457_07],
    [2.4, 0.008_197_535_924_596_131],
    [2.6, 0.004_661_188_023_718_747],
    [5, 2.866_515_718_791_933e-7],
    [8, 6.220_960_574_271_74e-16],
    [-1.5, 0.933_192_798_731_141_9],
  ])('of %d', (z, expected) => {
    expect(normalTail(z) / expected).toBeCloseTo(1, 12);
  });
});

describe('powerOf', () => {
  // scipy.stats.nct.sf(critical, df, effect)
  it.each([
    [2, 4, 0, 0.058_058_261_758_407_78],
    [2.776, 4, 3, 0.619_377_729_892_148_3],
    [5.5, 4, 6, 0.665_256_329_475_523_6],
    [3.2, 7.5, 3.9, 0.736_179_798_781_167_1],
    [3.5, 196, 4.2, 0.756_078_037_483_822_1],
    [1.5, 1, 2, 0.737_064_903_801_874_4],
    [10, 2, 8, 0.471_309_610_779_599],
    [0.5, 0.7, 1, 0.726_742_344_271_159_9],
  ])('is the tail of the noncentral t distribution: %d with %d df at %d', (critical, df, effect, expected) => {
    expect(powerOf({ critical, df, least: 0 }, effect)).toBeCloseTo(expected, 8);
  });

  // quad over u of stats.chi.pdf(u * sqrt(df), df) * sqrt(df) * stats.norm.sf(max(critical * u, least) - effect)
  it.each([
    [3, 4, 2.5, 4, 0.779_851_108_267_455_7],
    [4, 7.5, 5, 6, 0.816_014_715_742_079_2],
  ])('asks for a least estimate too: %d with %d df and %d at %d', (critical, df, least, effect, expected) => {
    expect(powerOf({ critical, df, least }, effect)).toBeCloseTo(expected, 5);
  });
});

it.each([
  // scipy.optimize.brentq(lambda d: stats.nct.sf(stats.t.ppf(1 - a, df), df, d) - 0.8, 0, 60)
  [0.025 / 3 / 40, 5.77, 8.873_811_813_956_3],
  [0.05, 4, 3.039_750_965_833_656_3],
])('effectFound is the effect of a power of 0.8 at the level %d with %d df', (level, df, expected) => {
  const test = { critical: quantile(1 - level, df), df, least: 0 };
  expect(effectFound(test, 0.8)).toBeCloseTo(expected, 6);
  expect(effectFound({ ...test, least: 20 }, 0.5)).toBeCloseTo(20, 2);
});
