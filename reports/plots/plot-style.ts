import type { Config } from 'vega-lite';
import { capitalized } from '../../baselines/wording.ts';
import { metricOf, shownScale } from '../../harness/spec/metrics.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';

/** What all plots look like. */

/** What tells an arm's marks from those of others: an entry of a legend. */
export interface LegendEntry<L> {
  /** The legend's title, and what many lines are split into panels by. */
  factor: string;
  name: string;
  /** Left out: the next one that is free. */
  look?: L;
}
/** A colour. */
export type Hue = LegendEntry<string>;
/** Lengths of strokes and gaps. */
export type Dash = LegendEntry<readonly number[]>;

/** How the arms of a plot are told apart. */
export interface Look {
  hue: Hue;
  /** Null: all lines are solid. */
  dash: Dash | null;
}
/** The look of an arm. */
export type LookOf = (arm: ArmSummary) => Look;

/** An axis of measured values. */
export interface ValueAxis {
  title: string;
  /** What values are multiplied by to be shown. */
  times: number;
  /** Values that are not positive are left out then. */
  logarithmic: boolean;
}

/** The axis of a metric, in shown numbers, with its unit, and a note where lower is better. */
export function metricAxis(metric: string): ValueAxis {
  const { title, unit, better } = metricOf(metric);
  const notes = [title, unit, better === 'lower' ? 'lower is better' : ''].filter((note) => note !== '');
  return { title: notes.join(', '), times: shownScale(metric), logarithmic: false };
}

/** The encoding of an axis, beside its field. */
export function axisEncoding({ title, logarithmic }: ValueAxis) {
  const scale = logarithmic ? ({ type: 'log', nice: false, padding: 8 } as const) : ({ zero: false } as const);
  return { type: 'quantitative', title, scale } as const;
}

/** Of what has no hue of its own. */
const furtherColors = ['#1f9d6b', '#d64545', '#a07c12', '#5b6ee1', '#d977c8', '#2aa9b8', '#9a5b2f', '#7d9b1f'];

/** Solid first. */
const furtherDashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 4],
  [2, 3],
  [12, 3],
  [8, 3, 2, 3],
  [8, 3, 2, 3, 2, 3],
  [1, 5],
];

/** Text and lines take the page's colour, so that one drawing serves light and dark. */
export const config: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    domainColor: 'currentColor',
    tickColor: 'currentColor',
    gridColor: '#88888844',
    labelFontSize: 12,
    titleFontSize: 12,
    labelLimit: 0,
  },
  legend: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    orient: 'bottom',
    labelLimit: 0,
    labelFontSize: 12,
    titleFontSize: 12,
    columns: 3,
    symbolOpacity: 1,
  },
};

/** The encoding that colours arms by the field `color`. */
export function colorOf(hues: readonly Hue[]) {
  const { title, scale } = legendOf(hues, furtherColors);
  return { field: 'color', type: 'nominal', title, scale } as const;
}

/** The encoding that dashes lines by the field `dash`; null: nothing dashes them. */
export function dashOf(dashes: readonly (Dash | null)[]) {
  const entries = dashes.filter((dash) => dash !== null);
  if (entries.length === 0) return null;
  const { title, scale } = legendOf(entries, furtherDashes);
  const legend = { symbolType: 'stroke', symbolSize: 600, symbolStrokeColor: 'currentColor' };
  return { field: 'dash', type: 'nominal', title, scale, legend } as const;
}

/**
 * Names in the order of their first appearance, with the looks of those that have one, and free ones for the others.
 */
function legendOf<L>(entries: readonly LegendEntry<L>[], free: readonly L[]) {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  let taken = 0;
  const range = [...byName.values()].map(({ look }) => look ?? free[taken++ % free.length]);
  return { title: entries[0]?.factor ?? '', scale: { domain: [...byName.keys()], range } };
}

/** `Accuracy`, at the beginning of a plot's title. */
export function titleOf(metric: string): string {
  return capitalized(metricOf(metric).title);
}
