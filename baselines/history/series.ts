import type { Variance } from '../../harness/statistics/moderated-variance.ts';
import { type Direction, lossRatio } from './likelihood-ratio.ts';

/** A series of values, night by night, of which only sums are kept: all that a change of its mean is judged by. */
export interface Series {
  /** Values of each night; the accepted seeds are the first one. */
  counts: number[];
  sums: number[];
  /** Σ over nights of Σ (x - mean of the night)², which a step between nights does not inflate. */
  squares: number;
  /** Σ over nights of (values - 1): the degrees of freedom of `squares`. */
  df: number;
}

/** Nights before which a change may have come, counted from the last one. */
export const candidateNights = 60;

/** A series without a night. */
export function emptySeries(): Series {
  return { counts: [], sums: [], squares: 0, df: 0 };
}

/** Adds a night to a series in place; one without values keeps the nights of all series alike. */
export function addNight(series: Series, values: ArrayLike<number>): void {
  series.counts.push(0);
  series.sums.push(0);
  addToNight(series, values);
}

/** Adds values to the last night in place. */
export function addToNight(series: Series, values: ArrayLike<number>): void {
  const last = series.counts.length - 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const count = series.counts[last]!;
    // Welford's update: from the mean so far, n/(n + 1) of the square is added.
    if (count > 0) {
      series.squares += (count / (count + 1)) * (value - series.sums[last]! / count) ** 2;
      series.df++;
    }
    series.counts[last] = count + 1;
    series.sums[last]! += value;
  }
}

/** Variance within the nights; null while no night has two values. */
export function varianceWithin({ squares, df }: Series): Variance | null {
  return df > 0 ? { value: squares / df, df } : null;
}

/** The likelihood ratios L_k of a change that began with night k: those of the last candidates. */
export interface NightRatios {
  /** Index of the first candidate night. */
  first: number;
  ratios: Float64Array;
}

/**
 * L_k for each of the last candidate nights, from all values before night k and all since. A night without values is no
 * candidate (0): the change would show in the next one.
 *
 * @param variance of one value, with its degrees of freedom; a series without spread has no ratios, all are 0
 */
export function nightRatios({ counts, sums }: Series, variance: Variance, direction: Direction): NightRatios {
  const nights = counts.length;
  const first = Math.max(1, nights - candidateNights);
  const ratios = new Float64Array(Math.max(0, nights - first));
  if (!(variance.value > 0)) return { first, ratios };
  let [before, sumBefore, after, sumAfter] = [0, 0, 0, 0];
  for (let night = 0; night < nights; night++) {
    after += counts[night]!;
    sumAfter += sums[night]!;
  }
  const sign = direction === 'loss' ? 1 : -1;
  for (let night = 0; night < nights; night++) {
    const own = counts[night]!;
    if (night >= first && own > 0 && before > 0) {
      const precision = 1 / Math.sqrt(1 / after + 1 / before);
      const t = (sign * (sumAfter / after - sumBefore / before) * precision) / Math.sqrt(variance.value);
      ratios[night - first] = lossRatio(t, precision, variance.df);
    }
    before += own;
    sumBefore += sums[night]!;
    after -= own;
    sumAfter -= sums[night]!;
  }
  return { first, ratios };
}

/** Mean since a night minus mean before it; null where either side has no value. */
export function differenceAt({ counts, sums }: Series, night: number): number | null {
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const [before, after] = [total(counts.slice(0, night)), total(counts.slice(night))];
  if (before === 0 || after === 0) return null;
  return total(sums.slice(night)) / after - total(sums.slice(0, night)) / before;
}

/**
 * The smallest set of nights that holds a share of the sum of all ratios, in order of time; empty where all are 0.
 *
 * @returns indices of nights
 */
export function likeliestNights({ first, ratios }: NightRatios, share: number): number[] {
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  const order = [...ratios.keys()].sort((left, right) => ratios[right]! - ratios[left]!);
  const chosen: number[] = [];
  let held = 0;
  for (const at of order) {
    if (held >= share * sum) break;
    held += ratios[at]!;
    chosen.push(first + at);
  }
  return chosen.sort((left, right) => left - right);
}
