/** A sample variance and its degrees of freedom, which need not be whole. */
export interface Variance {
  value: number;
  df: number;
  /** How many it counts for in what all have in common: 1/m for each of m that repeat one another; left out: 1. */
  weight?: number;
}

/** What many variances have in common: s₀² with d₀ degrees of freedom, infinite where they differ by chance alone. */
export interface Prior {
  value: number;
  df: number;
  /** The degrees of freedom of all together: no result has more. */
  measured: number;
}

/**
 * Empirical-Bayes variances (Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3(1), sections 3
 * and 6.2): each s² becomes s̃² = (d₀ s₀² + d s²) / (d₀ + d) with d₀ + d degrees of freedom, where s₀² is the variance
 * that all have in common and d₀ says how alike they are. Both are estimated from the spread of ln s²; where that is no
 * larger than chance makes it, d₀ is infinite and all have the pooled variance. df 0: not measured, so that s₀² stands
 * in. No result has more degrees of freedom than all together measured. Null: nothing was measured, or without any
 * spread.
 */
export function moderate(variances: readonly Variance[]): Variance[] | null {
  const prior = priorOf(variances);
  return prior === null ? null : variances.map((variance) => shrink(variance, prior));
}

/** The prior that `moderate` shrinks with; null: nothing was measured, or without any spread. */
export function priorOf(variances: readonly Variance[]): Prior | null {
  const known = variances.filter(({ df }) => df > 0);
  const measured = known.reduce((sum, { df, weight = 1 }) => sum + weight * df, 0);
  const pooled = known.reduce((sum, { value, df, weight = 1 }) => sum + weight * value * df, 0) / measured;
  return pooled > 0 ? { ...fittedPrior(known, pooled), measured } : null;
}

/**
 * s̃² of one variance.
 *
 * @param share of d₀ that is used: less than 1 is cautious, where the estimate of d₀ rests on few variances
 */
export function shrink({ value, df }: Variance, prior: Prior, share = 1): Variance {
  const d0 = share * prior.df;
  if (!Number.isFinite(d0)) return { value: prior.value, df: prior.measured };
  const all = d0 + df;
  return { value: (d0 * prior.value + df * value) / all, df: Math.min(all, prior.measured) };
}

/** d₀ and s₀² from mean and variance of ln s² - ψ(d/2) + ln(d/2), whose expectation is ln s₀² - ψ(d₀/2) + ln(d₀/2). */
function fittedPrior(known: readonly Variance[], pooled: number): Variance {
  // Equal values, of which whole images make some, have no logarithm.
  const floor = 1e-5 * pooled;
  const logs = known.map(({ value, df, weight = 1 }) => ({
    log: Math.log(Math.max(value, floor)) - digamma(df / 2) + Math.log(df / 2),
    chance: trigamma(df / 2),
    weight,
  }));
  const count = logs.reduce((sum, { weight }) => sum + weight, 0);
  const center = logs.reduce((sum, { log, weight }) => sum + weight * log, 0) / count;
  const squares = logs.reduce((sum, { log, weight }) => sum + weight * (log - center) ** 2, 0);
  const chance = logs.reduce((sum, log) => sum + log.weight * log.chance, 0) / count;
  // One variance alone, if repeated, has no spread; weights of thirds and the like sum to one but for rounding.
  const spread = count - 1 > 1e-9 ? squares / (count - 1) : 0;
  if (!(spread > chance)) return { value: pooled, df: Number.POSITIVE_INFINITY };
  const half = inverseTrigamma(spread - chance);
  return { value: Math.exp(center + digamma(half) - Math.log(half)), df: 2 * half };
}

/** ψ(x) = d ln Γ(x) / dx, x > 0: recurrence up to 10, then the asymptotic series (NIST DLMF 5.5.2 and 5.11.2). */
export function digamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift -= 1 / z;
  const u = 1 / (z * z);
  return shift + Math.log(z) - 1 / (2 * z) - u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u * (1 / 240 - u / 132))));
}

/** ψ'(x), x > 0, in the same way (DLMF 5.15.5 and 5.15.8). */
export function trigamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift += 1 / (z * z);
  const u = 1 / (z * z);
  const series = 1 / 6 - u * (1 / 30 - u * (1 / 42 - u * (1 / 30 - (5 * u) / 66)));
  return shift + 1 / z + u / 2 + (u / z) * series;
}

/** The x > 0 with ψ'(x) = y, y > 0: ψ' falls from infinity to 0, so halving a bracket of logarithms finds it. */
function inverseTrigamma(y: number): number {
  let low = -40;
  let high = 40;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (trigamma(Math.exp(middle)) > y) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
