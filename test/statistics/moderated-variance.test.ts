import { describe, expect, it } from 'vitest';
import { digamma, moderate, priorOf, shrink, trigamma } from '../../harness/statistics/moderated-variance.ts';

const eulerGamma = 0.577_215_664_901_532_9;

describe('polygamma functions', () => {
  it.each([
    [1, -eulerGamma],
    [0.5, -eulerGamma - 2 * Math.log(2)],
    [0.25, -eulerGamma - Math.PI / 2 - 3 * Math.log(2)],
    [4, 1 + 1 / 2 + 1 / 3 - eulerGamma],
  ])('ψ(%d) is its closed form', (x, expected) => {
    expect(digamma(x)).toBeCloseTo(expected, 12);
  });

  it.each([
    [1, Math.PI ** 2 / 6],
    [0.5, Math.PI ** 2 / 2],
    [3, Math.PI ** 2 / 6 - 1 - 1 / 4],
    [0.25, Math.PI ** 2 + 8 * 0.915_965_594_177_219],
  ])("ψ'(%d) is its closed form", (x, expected) => {
    expect(trigamma(x)).toBeCloseTo(expected, 10);
  });

  it("ψ' is the slope of ψ far from the recurrence's end too", () => {
    for (const x of [0.1, 7, 9.99, 10.01, 300]) {
      const h = 1e-4 * x;
      expect(trigamma(x)).toBeCloseTo((digamma(x + h) - digamma(x - h)) / (2 * h), 4);
    }
  });
});

describe('moderated variances', () => {
  it('are the pooled variance where they differ no more than chance makes them', () => {
    const found = moderate([
      { value: 1, df: 2 },
      { value: 1.2, df: 2 },
      { value: 0.8, df: 4 },
    ]);
    // (2 + 2.4 + 3.2) / 8, with all 8 degrees of freedom.
    for (const { value, df } of found!) {
      expect(value).toBeCloseTo(0.95, 12);
      expect(df).toBe(8);
    }
  });

  it('shrink to s₀² by d₀ : d where they differ more, one line for all', () => {
    const own = [0.01, 0.1, 1, 10, 100].map((value) => ({ value, df: 10 }));
    const found = moderate(own)!;
    // s̃² = (d₀ s₀² + d s²) / (d₀ + d) is linear in s².
    const slope = (found[4]!.value - found[0]!.value) / (100 - 0.01);
    const prior = 10 / slope - 10;
    found.forEach(({ value, df }, i) => {
      expect(value).toBeCloseTo(found[0]!.value + slope * (own[i]!.value - 0.01), 9);
      expect(df).toBeCloseTo(10 + prior, 9);
    });
    // The prior's df solves ψ'(d₀/2) = Var(ln s²) - ψ'(d/2): Var = ln²10 · 2.5.
    expect(trigamma(prior / 2)).toBeCloseTo(2.5 * Math.LN10 ** 2 - trigamma(5), 9);
  });

  it('shrink by half of d₀ where that share is asked for', () => {
    const own = [0.01, 0.1, 1, 10, 100].map((value) => ({ value, df: 10 }));
    const prior = priorOf(own)!;
    const { value, df } = shrink({ value: 10, df: 10 }, prior, 0.5);
    expect(value).toBeCloseTo(((prior.df / 2) * prior.value + 100) / (prior.df / 2 + 10), 12);
    expect(df).toBeCloseTo(prior.df / 2 + 10, 12);
  });

  it('stand in for what was not measured', () => {
    const found = moderate([
      { value: 2, df: 2 },
      { value: 0, df: 0 },
    ]);
    expect(found).toEqual([
      { value: 2, df: 2 },
      { value: 2, df: 2 },
    ]);
  });

  it('never have more degrees of freedom than were measured', () => {
    const found = moderate([0.5, 1, 8].map((value) => ({ value, df: 1 })))!;
    for (const { df } of found) expect(df).toBeLessThanOrEqual(3);
  });

  it('take equal values of an arm as a small variance, not as none', () => {
    const found = moderate([0, 1, 1, 1].map((value) => ({ value, df: 2 })))!;
    for (const { value } of found) expect(value).toBeGreaterThan(0);
  });

  it.each([
    ['nothing', []],
    ['no degrees of freedom', [{ value: 0, df: 0 }]],
    ['no spread', [0, 0].map((value) => ({ value, df: 2 }))],
  ])('are null for %s', (_, variances) => {
    expect(moderate(variances)).toBeNull();
  });
});
