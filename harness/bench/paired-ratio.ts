import { median } from '../statistics/moments.ts';

/** An interval between two order statistics, and the probability that it covers the median. */
export interface MedianInterval {
  low: number;
  high: number;
  coverage: number;
}

/** Ratios of times that were measured side by side. */
export interface PairedRatio {
  /** One ratio a pair, in the order of measuring. */
  ratios: readonly number[];
  median: number;
  /** Of the median. */
  interval: MedianInterval;
  min: number;
  max: number;
}

/**
 * The distribution-free confidence interval of the median: [x₍ₖ₎, x₍ₙ₊₁₋ₖ₎] of the sorted values, with the largest k
 * whose coverage 1 − 2·P(B ≤ k − 1), B ~ Binomial(n, 1/2), is at least `confidence`. Too few values for that give their
 * extremes (k = 1) with the smaller coverage 1 − 2^(1−n). (Hollander, Wolfe and Chicken, Nonparametric Statistical
 * Methods, 3rd edition, section 3.6.) The coverage holds for independent values of one continuous distribution.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): MedianInterval {
  const n = values.length;
  if (n === 0) throw new RangeError('medianInterval: needs at least one value');
  let k = 1;
  // C(n, k - 1) and Σ C(n, i) over i < k: whole numbers, because 2^-n leaves the range of floating point where n is
  // large.
  let [binomial, tail] = [1n, 1n];
  while (2 * (k + 1) <= n) {
    const next = (binomial * BigInt(n - k + 1)) / BigInt(k);
    if (coverageOf(tail + next, n) < confidence) break;
    [binomial, tail] = [next, tail + next];
    k++;
  }
  const sorted = ascending(values);
  return { low: sorted[k - 1]!, high: sorted[n - k]!, coverage: coverageOf(tail, n) };
}

/** 1 − 2 · tail / 2ⁿ. */
function coverageOf(tail: bigint, n: number): number {
  const digits = 60n;
  return 1 - Number((tail << digits) / 2n ** BigInt(n - 1)) / 2 ** Number(digits);
}

/** Ratios `others[i] / ours[i]`: above 1, ours took less time. */
export function pairedRatio(ours: readonly number[], others: readonly number[]): PairedRatio {
  if (ours.length !== others.length) {
    throw new RangeError(`pairedRatio: expected as many times of both, got ${ours.length} and ${others.length}`);
  }
  const ratios = others.map((other, i) => other / ours[i]!);
  return {
    ratios,
    median: median(ratios),
    interval: medianInterval(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
  };
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
