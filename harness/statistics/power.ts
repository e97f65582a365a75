import { logGamma } from './student-t.ts';

/** What a one-sided t-test finds, by the noncentral t distribution. Degrees of freedom need not be whole. */

/** A test that calls an effect found where T ≥ `critical` and the estimate is `least` true standard errors at least. */
export interface OneSidedTest {
  /** The t that a level asks for. */
  critical: number;
  df: number;
  /** In true standard errors of the estimate; 0: significance alone decides. */
  least: number;
}

/**
 * P(the test finds an effect of `effect` true standard errors). With Z normal around the effect δ and U² ~ χ²_ν/ν
 * independent of it, the estimate is Z and T = Z/U, so that the power is E[Φ(δ - max(cU, m))]; where m = 0 ≤ c, it is
 * the upper tail of the noncentral t distribution (Johnson, Kotz and Balakrishnan 1995, chapter 31).
 */
export function powerOf({ critical, df, least }: OneSidedTest, effect: number): number {
  return Math.min(
    1,
    meanOverScale(df, (scale) => normalTail(Math.max(critical * scale, least) - effect)),
  );
}

/**
 * E[f(U)] with U² ~ χ²_ν/ν, an estimated standard error over the true one, for a bounded f. The expectation is
 * the trapezoid rule over ln u, whose density 2(ν/2)^(ν/2)/Γ(ν/2) · exp(νx - νe^(2x)/2) is smooth and falls
 * exponentially; the steps are a sixteenth of its width. A kink of f leaves an error of up to 1e-4.
 */
export function meanOverScale(df: number, of: (scale: number) => number): number {
  const logScale = Math.LN2 + (df / 2) * Math.log(df / 2) - logGamma(df / 2);
  const width = 1 / Math.sqrt(df);
  const [low, high] = [-(6 * width + 24 / df), 0.5 * Math.log1p(60 / df + 14 * width)];
  const steps = Math.ceil((16 * (high - low)) / width);
  const step = (high - low) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = low + i * step;
    const weight = Math.exp(logScale + df * x - (df / 2) * Math.exp(2 * x));
    sum += weight * of(Math.exp(x));
  }
  return sum * step;
}

/** The effect, in true standard errors, that the test finds with a probability of `power`. */
export function effectFound(test: OneSidedTest, power: number): number {
  let [low, high] = [0, 1];
  while (powerOf(test, high) < power) high *= 2;
  for (let i = 0; i < 60 && high - low > 1e-7 * high; i++) {
    const middle = (low + high) / 2;
    if (powerOf(test, middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** Replicates beyond which nothing is looked for. */
const mostSeeds = 1000;

/** The fewest seeds above `from` that reach it; null: not even a thousand do. */
export function fewestSeeds(reaches: (seeds: number) => boolean, from: number): number | null {
  if (!reaches(mostSeeds)) return null;
  let [low, high] = [from, mostSeeds];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * P(Z ≥ z) = erfc(z/√2)/2 of the normal distribution: by the Maclaurin series of Abramowitz and Stegun 26.2.11 up to
 * 2.5, further out by the continued fraction 26.2.14.
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  if (z > 39) return 0;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 2.5) {
    let fraction = z;
    for (let k = Math.ceil(20 + 200 / (z * z)); k >= 1; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let [term, sum] = [z, z];
  for (let k = 1; Math.abs(term) > 1e-17 * sum; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return 0.5 - density * sum;
}
