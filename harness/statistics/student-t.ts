/** Student's t distribution, through the regularized incomplete beta function. Degrees of freedom need not be whole. */

/**
 * Two-sided tail P(|T| ≥ |t|) = I_x(df/2, 1/2) with x = df / (df + t²) (NIST DLMF 8.17; Abramowitz & Stegun 26.7.1).
 *
 * @param df degrees of freedom, above 0
 */
export function twoSidedTail(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t))
    throw new Error(`twoSidedTail: expected a number t and df > 0, got t ${t}, df ${df}`);
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** The t with P(|T| ≥ t) = `tail`, 0 < tail < 1: half the width of a (1 - tail) interval in standard errors. */
export function twoSidedQuantile(tail: number, df: number): number {
  if (!(tail > 0 && tail < 1)) throw new Error(`twoSidedQuantile: expected 0 < tail < 1, got ${tail}`);
  let low = 0;
  let high = 1;
  while (twoSidedTail(high, df) > tail) high *= 2;
  // The tail falls with t, so halving finds it; 200 halvings exhaust a double's digits from any start.
  for (let i = 0; i < 200 && low < high; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (twoSidedTail(middle, df) > tail) low = middle;
    else high = middle;
  }
  return high;
}

/** P(T ≥ t). */
export function upperTail(t: number, df: number): number {
  const half = twoSidedTail(t, df) / 2;
  return t >= 0 ? half : 1 - half;
}

/** The t with P(T ≤ t) = `probability`, 0 < probability < 1: t_0.95 for 0.95. */
export function quantile(probability: number, df: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new Error(`quantile: expected 0 < probability < 1, got ${probability}`);
  }
  if (probability === 0.5) return 0;
  const size = twoSidedQuantile(2 * Math.min(probability, 1 - probability), df);
  return probability < 0.5 ? -size : size;
}

/**
 * I_x(a, b), 0 ≤ x ≤ 1. The continued fraction converges fast below the mean of the distribution; above, 1 - I_{1-x}(b,
 * a).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1 && a > 0 && b > 0)) {
    throw new Error(`incompleteBeta: expected 0 <= x <= 1, a > 0 and b > 0, got x ${x}, a ${a}, b ${b}`);
  }
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = a * Math.log(x) + b * Math.log1p(-x) - logGamma(a) - logGamma(b) + logGamma(a + b);
  return (Math.exp(logFront) / a) * betaFraction(x, a, b);
}

/** 1 / (1 + d₁/(1 + d₂/(1 + ...))) of DLMF 8.17.22, evaluated by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const awayFromZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const coefficient of [even, odd]) {
      d = 1 / awayFromZero(1 + coefficient * d);
      c = awayFromZero(1 + coefficient / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) return fraction;
  }
  throw new Error(`incompleteBeta: no convergence at x ${x}, a ${a}, b ${b}`);
}

/**
 * ln Γ(z), z > 0: Stirling's series (DLMF 5.11.1) after shifting z above 10, where five terms reach double precision.
 */
export function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 10; x++) shift += Math.log(x);
  const inverse = 1 / (x * x);
  const series = 1 / 12 + inverse * (-1 / 360 + inverse * (1 / 1260 + inverse * (-1 / 1680 + inverse / 1188)));
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x - shift;
}
