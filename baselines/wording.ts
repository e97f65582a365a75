import type { MetricName } from '../harness/spec/spec.ts';

/** A fraction as a percentage: 0.9359 -> `93.59 %`. */
export function percent(fraction: number, digits = 2): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** A difference of fractions in percentage points, always signed: -0.021 -> `-2.10 points`. */
export function points(difference: number, digits = 2): string {
  return `${signed(100 * difference, digits)} points`;
}

/** A value of a metric: accuracy as a percentage, BLEU as points. */
export function scoreText(metric: MetricName, value: number): string {
  return metric === 'accuracy' ? percent(value) : value.toFixed(2);
}

/** A difference of a metric's values in points, always signed. */
export function scoreChange(metric: MetricName, difference: number): string {
  return points(difference / fullScore[metric]);
}

/** A metric in a sentence. */
export function metricTitle(metric: MetricName): string {
  return metric === 'bleu' ? 'BLEU' : metric;
}

/** The best possible value of a metric. */
export const fullScore: Readonly<Record<MetricName, number>> = { accuracy: 1, bleu: 100 };

/** A number with its sign; what rounds to zero is `+0.00`, never `-0.00`. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `-${text}` : `+${text}`;
}

/** `1 seed`, `3 seeds`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
