import { describe, expect, it } from 'vitest';
import { equivalencePower, equivalenceTest } from '../../harness/statistics/equivalence.ts';

describe('equivalenceTest', () => {
  // max(stats.t.sf((m + d) / se, df), stats.t.sf((m - d) / se, df)), and d ± stats.t.ppf(0.95, df) * se, of SciPy
  it.each([
    [0.3, 0.5, 2, 2, 0.038_343_370_395_466_86, -1.159_992_790_176_862, 1.759_992_790_176_86],
    [-0.3, 0.5, 8, 2, 0.004_680_234_241_198_24, -1.229_774_018_765_449, 0.629_774_018_765_449],
    [1.5, 0.4, 4, 1, 0.860_280_178_316_768_4, 0.647_261_285_469_330_1, 2.352_738_714_530_67],
    [0, 1, 2, 2, 0.091_751_709_536_136_98, -2.919_985_580_353_724_2, 2.919_985_580_353_724_2],
  ])('of %d with standard error %d, %d df and margin %d', (difference, standardError, df, margin, p, low, high) => {
    const test = equivalenceTest({ difference, standardError, df }, margin);
    expect(test.p).toBeCloseTo(p, 10);
    expect(test.interval[0]).toBeCloseTo(low, 9);
    expect(test.interval[1]).toBeCloseTo(high, 9);
    // The interval lies within the margin exactly where the test is significant.
    expect(test.p <= 0.05).toBe(Math.max(-low, high) <= margin);
  });
});

describe('equivalencePower', () => {
  // integrate.quad over u of (2 * stats.norm.cdf(m / se - c * u) - 1) * stats.chi2.pdf(df * u * u, df) * 2 * df * u,
  // from 0 to m / (se * c), c = stats.t.ppf(0.95, df), of SciPy
  it.each([
    [1, 2, 2, 0.181_908_071_450_842_65],
    [0.5, 2, 2, 0.684_743_385_745_446_9],
    [0.5, 8, 2, 0.953_305_467_322_310_1],
    [0.25, 4, 1, 0.890_355_055_362_970_9],
    [1, 20, 3, 0.789_173_231_090_371_6],
    [0.6, 3.5, 2, 0.696_059_249_161_278_1],
  ])('of standard error %d with %d df and margin %d', (standardError, df, margin, expected) => {
    expect(equivalencePower({ standardError, df }, margin)).toBeCloseTo(expected, 3);
  });

  it('falls to nothing where the margin is small, and rises to one', () => {
    expect(equivalencePower({ standardError: 1, df: 4 }, 0.01)).toBeLessThan(1e-3);
    expect(equivalencePower({ standardError: 0.01, df: 4 }, 1)).toBeGreaterThan(0.999);
  });
});
