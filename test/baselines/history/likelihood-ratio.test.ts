import { describe, expect, test } from 'vitest';
import { effects, lossRatio } from '../../../baselines/history/likelihood-ratio.ts';
import {
  addNight,
  differenceAt,
  emptySeries,
  likeliestNights,
  nightRatios,
  type Series,
  varianceWithin,
} from '../../../baselines/history/series.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';

/** Γ((ν + 1)/2) / Γ(ν/2), by Γ(x + 1) = x Γ(x) from where Γ(x + 1/2) / Γ(x) ≈ √x (1 - 1/(8x)). */
function gammaRatio(df: number): number {
  let [x, factor] = [df / 2, 1];
  for (; x < 1e4; x++) factor *= x / (x + 0.5);
  return factor * Math.sqrt(x) * (1 - 1 / (8 * x));
}

/** Density of Student's t. */
function densityOf(df: number): (t: number) => number {
  const ratio = gammaRatio(df);
  return (t) => (ratio / Math.sqrt(df * Math.PI)) * (1 + (t * t) / df) ** (-(df + 1) / 2);
}

describe('the likelihood ratio of a loss', () => {
  // np.mean([stats.t.pdf(t + e*p, nu)/stats.t.pdf(t, nu) for e in (.35, .7, 1.4, 2.8)]), SciPy 1.17
  test.each([
    [-3.2, 2.5, 7.5, 13.687917665163347],
    [0.4, 1.1, 2, 0.3882231243953846],
    [-6, 3.1, 40, 37665.809705983156],
  ])('of T %d, precision %d, %d degrees of freedom is that of SciPy', (t, precision, df, expected) => {
    expect(lossRatio(t, precision, df) / expected).toBeCloseTo(1, 10);
  });

  test.each([
    [1, 2],
    [2.5, 7.5],
    [6, 60],
  ])('has expectation 1 where nothing changed: precision %d, %d degrees of freedom', (precision, df) => {
    // T = tan(angle) takes the whole line to an interval; the midpoint rule.
    const density = densityOf(df);
    const steps = 20_000;
    let sum = 0;
    for (let i = 0; i < steps; i++) {
      const angle = Math.PI * ((i + 0.5) / steps - 0.5);
      const t = Math.tan(angle);
      sum += (lossRatio(t, precision, df) * density(t) * Math.PI) / (steps * Math.cos(angle) ** 2);
    }
    expect(sum).toBeCloseTo(1, 4);
    expect(effects.length).toBe(4);
  });
});

/** Values of each night, and numbers from NumPy and SciPy 1.17 by the formula's text. */
const nights = [
  [0.3, -0.4, 0.1],
  [0.2, -0.1],
  [-1, -1.4],
  [-0.9, -1.6],
];

function seriesOf(values: readonly (readonly number[])[]): Series {
  const series = emptySeries();
  for (const night of values) addNight(series, night);
  return series;
}

describe('a series', () => {
  test('has the variance within its nights, which a step does not inflate', () => {
    const variance = varianceWithin(seriesOf(nights));
    expect(variance).toEqual({ value: expect.closeTo(0.126, 12), df: 5 });
    const stepped = nights.map((night, at) => night.map((value) => value - 100 * at));
    expect(varianceWithin(seriesOf(stepped))!.value).toBeCloseTo(0.126, 9);
    expect(varianceWithin(seriesOf([[1], [2]]))).toBeNull();
  });

  test('weighs every night that a loss may have begun with', () => {
    const series = seriesOf(nights);
    const { first, ratios } = nightRatios(series, varianceWithin(series)!, 'loss');
    expect(first).toBe(1);
    const expected = [9.591943068563413, 40.760070280215125, 10.819105434832018];
    expect([...ratios]).toEqual(expected.map((ratio) => expect.closeTo(ratio, 8)));
    const risen = seriesOf(nights.map((night) => night.map((value) => -value)));
    expect([...nightRatios(risen, varianceWithin(risen)!, 'gain').ratios]).toEqual(
      expected.map((ratio) => expect.closeTo(ratio, 8)),
    );
    expect(Math.max(...nightRatios(risen, varianceWithin(risen)!, 'loss').ratios)).toBeLessThan(1);
    expect(differenceAt(series, 2)).toBeCloseTo(-4.9 / 4 - 0.1 / 5, 12);
  });

  test('asks of the last 60 nights only, and not of one without values', () => {
    const values = Array.from({ length: 70 }, (_, night) => (night === 40 ? [] : [Math.sin(night), Math.cos(night)]));
    const series = seriesOf(values);
    const { first, ratios } = nightRatios(series, varianceWithin(series)!, 'loss');
    expect([first, ratios.length]).toEqual([10, 60]);
    expect([...ratios].filter((ratio) => ratio === 0)).toHaveLength(1);
    expect(ratios[30]).toBe(0);
  });

  test('of normal values weighs each night by 1 on average while nothing changes', () => {
    const uniform = streamsOf('likelihood-ratio', 0)('normal');
    const sums = [0, 0, 0];
    const runs = 40_000;
    for (let run = 0; run < runs; run++) {
      const values = gaussian(9, 1.7, uniform, 40);
      const series = seriesOf([
        [...values.slice(0, 3)],
        [...values.slice(3, 5)],
        [...values.slice(5, 7)],
        [...values.slice(7)],
      ]);
      for (const [at, ratio] of nightRatios(series, varianceWithin(series)!, 'loss').ratios.entries())
        sums[at]! += ratio;
    }
    for (const sum of sums) expect(Math.abs(sum / runs - 1)).toBeLessThan(0.05);
  });

  test('without spread has no evidence', () => {
    expect([...nightRatios(seriesOf([[1, 1], [0]]), { value: 0, df: 1 }, 'loss').ratios]).toEqual([0]);
  });

  test('names the smallest set of nights with 90 % of its sum', () => {
    const ratios = Float64Array.of(1, 50, 2, 45, 2);
    expect(likeliestNights({ first: 3, ratios }, 0.9)).toEqual([4, 6]);
    expect(likeliestNights({ first: 3, ratios }, 0.96)).toEqual([4, 5, 6]);
    expect(likeliestNights({ first: 3, ratios: new Float64Array(2) }, 0.9)).toEqual([]);
  });
});
