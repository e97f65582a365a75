import { mean } from './moments.ts';

/** A correlation with its 95 % confidence interval. */
export interface Correlation {
  /** Pairs. */
  n: number;
  value: number;
  /** Null: too few pairs. */
  interval: readonly [number, number] | null;
}

/** Pearson's r of pairs; null where one side does not vary, or for fewer than two pairs. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  if (x.length !== y.length) throw new RangeError(`correlation: ${x.length} values against ${y.length}`);
  const [xMean, yMean] = [mean(x), mean(y)];
  if (xMean === null || yMean === null) return null;
  let [xx, yy, xy] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - xMean, y[i]! - yMean];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  });
  if (!varies(x) || !varies(y)) return null;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function varies(values: readonly number[]): boolean {
  return values.some((value) => value !== values[0]);
}

/** Spearman's ρ: Pearson's r of the ranks, equal values having the mean of theirs. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  return pearson(ranksOf(x), ranksOf(y));
}

/** Ranks from 1, equal values having the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

/** The normal quantile of 97.5 %. */
const reach = 1.959963984540054;

/**
 * The interval by Fisher's transformation, tanh(atanh r ± 1.96·s): of Pearson's r s² = 1/(n − 3), of Spearman's ρ
 * s² = (1 + ρ²/2)/(n − 3) (Bonett and Wright 2000). Null for fewer than four pairs.
 */
export function correlationInterval(value: number, n: number, of: 'pearson' | 'spearman'): [number, number] | null {
  if (n < 4) return null;
  const error = Math.sqrt((of === 'pearson' ? 1 : 1 + value ** 2 / 2) / (n - 3));
  const center = Math.atanh(value);
  return [Math.tanh(center - reach * error), Math.tanh(center + reach * error)];
}
