import type { ArmSummary } from '../arms/arm-summary.ts';
import { colorOf, dashOf, type LookOf } from './plot-style.ts';

/** How marks of these arms are coloured and dashed. */
export function legendsOf(arms: readonly ArmSummary[], lookOf: LookOf) {
  const looks = arms.filter(({ values }) => values.size > 0).map(lookOf);
  return { color: colorOf(looks.map(({ hue }) => hue)), strokeDash: dashOf(looks.map(({ dash }) => dash)) };
}

/** The metric that all arms of a kind have. */
export function metricOfArms([first]: readonly ArmSummary[]): string {
  if (!first) throw new Error('metricOfArms: there is no arm');
  return first.metric;
}
