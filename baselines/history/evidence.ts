import { type Prior, shrink, type Variance } from '../../harness/statistics/moderated-variance.ts';
import type { Direction } from './likelihood-ratio.ts';
import { type NightRatios, nightRatios, type Series, varianceWithin } from './series.ts';

/** What a series is of: one arm, arms that have a setting in common, or all arms. */
export type SeriesKind = 'arm' | 'group' | 'all';

/** A series and its part in the evidence. */
export interface TrackedSeries {
  kind: SeriesKind;
  series: Series;
  /** Weights of all series sum to 1. */
  weight: number;
  /** What arms have in common, in the series' unit; null: the series' own variance stands alone. */
  prior: Prior | null;
}

/** Evidence from which the night is no longer `pass`: 1 / `suspect` and 1 / `alarm` nights would get there by chance. */
export const thresholds = { suspect: 30, alarm: 730 } as const;

/** The part of a suspect series' evidence that its nights must hold to be named. */
export const suspectShare = 0.9;

/** Each kind of series has a third of the weight, or of two kinds half; within a kind all series have the same. */
export function seriesWeights(kinds: readonly SeriesKind[]): number[] {
  const present = new Set(kinds);
  const numberOf = (kind: SeriesKind) => kinds.filter((other) => other === kind).length;
  const numbers = new Map([...present].map((kind) => [kind, numberOf(kind)]));
  return kinds.map((kind) => 1 / (present.size * numbers.get(kind)!));
}

/** The variance that a series' changes are judged by; null where it has no two values of one night yet, and no prior. */
export function varianceOf({ series, prior }: Pick<TrackedSeries, 'series' | 'prior'>): Variance | null {
  const own = varianceWithin(series);
  if (prior === null) return own;
  return shrink(own ?? { value: 0, df: 0 }, prior);
}

/** The ratios of a series' candidate nights; none where its variance is not known. */
export function ratiosOf(tracked: Pick<TrackedSeries, 'series' | 'prior'>, direction: Direction): NightRatios {
  const variance = varianceOf(tracked);
  if (variance === null) return { first: tracked.series.counts.length, ratios: new Float64Array(0) };
  return nightRatios(tracked.series, variance, direction);
}

/** w Σ_k L_k: what a series contributes to the evidence. */
export function shareOf(tracked: TrackedSeries, direction: Direction): number {
  let sum = 0;
  for (const ratio of ratiosOf(tracked, direction).ratios) sum += ratio;
  return tracked.weight * sum;
}

/**
 * The evidence E = Σ over series w Σ_k L_k that a mean changed: a weighted mean of Shiryaev-Roberts sums of e-values
 * (Shin, Ramdas and Rinaldo 2022, "E-detectors", arXiv:2203.03532). While nothing changes, E reaches C once in C nights
 * or less often, however the series depend on one another.
 */
export function evidenceOf(tracked: readonly TrackedSeries[], direction: Direction): number {
  return tracked.reduce((sum, series) => sum + shareOf(series, direction), 0);
}
