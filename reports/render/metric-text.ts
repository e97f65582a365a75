import { changeNumber, changeText, changeUnit, shownNumber, valueText } from '../../baselines/wording.ts';
import { gainOf, metricOf } from '../../harness/spec/metrics.ts';
import { orDash } from './format.ts';

/**
 * Values and differences of a metric in tables and sentences. Differences come as gains, and are shown as the metric's.
 */

/** Mean and deviation: `93.59 % ± 0.21`, `-33.10 nats ± 0.40`; without a deviation `93.59 %`. */
export function spreadText(metric: string, { mean, sd }: { mean: number | null; sd: number | null }): string {
  return orDash(mean, (value) => valueText(metric, value) + deviation(metric, sd));
}

/**
 * A gain as a difference of the metric: `+2.10 ± 0.40`; of a metric whose lower values are better, a gain of 3.2 is
 * `-3.20`.
 */
export function gainNumber(metric: string, gain: number | null, sd: number | null = null): string {
  return orDash(gain, (value) => changeNumber(metric, gainOf(metric, value)) + deviation(metric, sd));
}

/** The same in a sentence: `+2.10 points`, `-3.20 (better)`. */
export function gainText(metric: string, gain: number): string {
  return changeText(metric, gainOf(metric, gain)) + directionWord(metric, gain);
}

/**
 * ` (better)` or ` (worse)` behind a difference whose sign could mislead; empty where more is better, as everyone
 * expects.
 */
export function directionWord(metric: string, gain: number): string {
  if (metricOf(metric).better === 'higher' || gain === 0) return '';
  return gain > 0 ? ' (better)' : ' (worse)';
}

/** An interval of gains as one of the metric's differences, the lower bound first: `[+1.80, +2.20]`. */
export function gainInterval(metric: string, gains: readonly [number, number]): string {
  const bounds = gains.map((gain) => gainOf(metric, gain)).sort((left, right) => left - right);
  return `[${bounds.map((bound) => changeNumber(metric, bound)).join(', ')}]`;
}

/** Where the best value is: `highest` or `lowest`. */
export function bestWord(metric: string): 'highest' | 'lowest' {
  return metricOf(metric).better === 'higher' ? 'highest' : 'lowest';
}

/** A sentence for a legend, behind a space, where lower is better; else empty. */
export function directionNote(metric: string): string {
  const { better, title } = metricOf(metric);
  return better === 'higher' ? '' : ` Lower ${title} is better: a negative difference is a gain.`;
}

/** What stands over a column of differences: their unit, or the metric where it has none. */
export function changeHeading(metric: string): string {
  return changeUnit(metric) || metricOf(metric).title;
}

/** A standard error, in what differences are shown in: `0.40`. */
export function errorText(metric: string): (error: number) => string {
  return (error) => shownNumber(metric, error);
}

function deviation(metric: string, sd: number | null): string {
  return sd === null ? '' : ` ± ${shownNumber(metric, sd)}`;
}
