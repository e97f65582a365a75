import { metricOf, shownScale } from '../harness/spec/metrics.ts';
import { grouped } from './arms.ts';

/** Numbers in words. */

/** A fraction as a percentage: 0.9359 -> `93.59 %`. */
export function percent(fraction: number, digits = 2): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** A metric's value as it is shown, without its unit: accuracy 0.9359 -> `93.59`, -33.1 nats -> `-33.10`. */
export function shownNumber(metric: string, value: number, digits = 2): string {
  const shown = shownScale(metric) * value;
  if (isSmall(metric, shown, digits)) return shown.toPrecision(2);
  const text = shown.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** A metric's value with its unit: `93.59 %`, `34.12` of BLEU, `-33.10 nats`. */
export function valueText(metric: string, value: number): string {
  return `${shownNumber(metric, value)}${spaced(metricOf(metric).unit)}`;
}

/** A difference of a metric's values, always signed, without its unit: `+2.10`. */
export function changeNumber(metric: string, difference: number, digits = 2): string {
  const shown = shownScale(metric) * difference;
  return isSmall(metric, shown, digits) ? `${shown > 0 ? '+' : ''}${shown.toPrecision(2)}` : signed(shown, digits);
}

/** Whether a value of a metric without a full score would lose its digits: errors may be as small as they like. */
function isSmall(metric: string, shown: number, digits: number): boolean {
  return metricOf(metric).full === null && shown !== 0 && Math.abs(shown) < 10 ** -digits;
}

/** The same with its unit: `+2.10 points`, `-0.40 nats`. */
export function changeText(metric: string, difference: number): string {
  return `${changeNumber(metric, difference)}${spaced(changeUnit(metric))}`;
}

/** What differences of a metric are counted in: points of a hundred where it has a full score. */
export function changeUnit(metric: string): string {
  const { full, unit } = metricOf(metric);
  return full === null ? unit : 'points';
}

function spaced(unit: string): string {
  return unit === '' ? '' : ` ${unit}`;
}

/** A number with its sign; what rounds to zero is `+0.00`, never `-0.00`. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `-${text}` : `+${text}`;
}

/** `1 seed`, `3 seeds`; `3 launches` where the plural is given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** The first five names, and how many more there are: `a, b, c, d, e and 3 more`. */
export function someOf(names: readonly string[]): string {
  const more = names.length - 5;
  return `${names.slice(0, 5).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** How often each name comes, in the order of their first appearance: `2 pass, 1 missing`. */
export function tallyText(names: readonly string[]): string {
  return [...grouped(names, (name) => name)].map(([name, own]) => `${own.length} ${name}`).join(', ');
}

/** Text at the beginning of a sentence or a heading. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
