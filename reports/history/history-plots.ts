import type { TopLevelSpec } from 'vega-lite';
import type { AnalysedSeries, Analysis } from '../../baselines/history/analysis.ts';
import { thresholds } from '../../baselines/history/evidence.ts';
import type { HistoryMarker } from '../../baselines/history/history-line.ts';
import { levelChanges } from '../../baselines/history/segmentation.ts';
import { config } from '../plots/plot-style.ts';
import type { Figure } from '../render/document.ts';

/** Drawings of a history: nights to the right, the accepted seeds at the left edge. */

const [width, height] = [520, 150];
const mark = { aria: false };
/** Evidence below this is drawn at it: it tells nothing. */
const least = 0.01;

const x = {
  field: 'at',
  type: 'quantitative',
  title: 'night',
  axis: { tickMinStep: 1, format: 'd' },
} as const;
const y = (title: string) => ({ field: 'value', type: 'quantitative', title, scale: { zero: false } }) as const;
const logarithmic = (title: string) =>
  ({ field: 'value', type: 'quantitative', title, scale: { type: 'log' } }) as const;

/** The evidence of a loss after each night, with the bounds of `suspect` and `regressed`. */
export function evidencePlot({ course, labels }: Analysis, markers: readonly HistoryMarker[]): Figure {
  const bounds = Object.values(thresholds).map((value) => ({
    data: { values: [{ value }] },
    mark: { ...mark, type: 'rule', strokeDash: [4, 3], color: '#d64545' },
    encoding: { y: logarithmic('evidence of a loss') },
  }));
  const layer = [lineOf(course), ...bounds, ...markerRules(markers, labels)];
  const encoding = { x, y: logarithmic('evidence of a loss') };
  const spec = { width, height, config, layer: layer.map((one) => ({ encoding, ...one })) };
  const caption = `Dashed: suspect at ${thresholds.suspect}, regressed at ${thresholds.alarm}.${markerNote(markers)}`;
  return { title: 'Evidence of a loss', caption, spec: spec as unknown as TopLevelSpec };
}

/** A series: every seed a dot, its level between the changes as a line, and below it its part of the evidence. */
export function seriesPlot(
  series: AnalysedSeries,
  labels: readonly string[],
  markers: readonly HistoryMarker[],
): Figure {
  const { name, channel, values, shares } = series;
  const changes = levelChanges(values, spreadOf(series));
  const points = values.flatMap((night, at) => night.map((value) => ({ at, value })));
  const levels = [0, ...changes].flatMap((from, index) => {
    const to = changes[index] ?? values.length;
    const own = values.slice(from, to).flat();
    const value = own.reduce((sum, one) => sum + one, 0) / own.length;
    return own.length === 0 ? [] : [{ at: from, to: to - 1, value }];
  });
  const rises = changes.map((at) => ({ at }));
  const upper = [
    {
      data: { values: points },
      mark: { ...mark, type: 'point', filled: true, size: 16, opacity: 0.6 },
      encoding: { x, y: y('value') },
    },
    {
      data: { values: levels },
      mark: { ...mark, type: 'rule', strokeWidth: 2 },
      encoding: { x, x2: { field: 'to' }, y: y('value') },
    },
    { data: { values: rises }, mark: { ...mark, type: 'rule', color: '#d64545' }, encoding: { x } },
    ...markerRules(markers, labels),
  ];
  const lower = { ...lineOf(shares), encoding: { x, y: logarithmic('evidence') } };
  const spec = {
    config,
    vconcat: [
      { width, height, layer: upper },
      { width, height: 60, ...lower },
    ],
  };
  const changed = changes.map((at) => labels[at]).join(', ') || 'none';
  return {
    title: `${name}${channel === 'loss' ? ', training loss' : ''}`,
    caption:
      'In standard deviations of an arm at acceptance, more is better; below, its part of the evidence of a loss. ' +
      `Changes of level: ${changed}.${markerNote(markers)}`,
    spec: spec as unknown as TopLevelSpec,
  };
}

function lineOf(course: readonly number[]): object {
  const values = course.map((value, at) => ({ at, value: Math.max(least, value) }));
  return { data: { values }, mark: { ...mark, type: 'line', strokeWidth: 2 } };
}

function markerRules(markers: readonly HistoryMarker[], labels: readonly string[]): object[] {
  const values = markers.flatMap(({ night }) => (labels.includes(night) ? [{ at: labels.indexOf(night) }] : []));
  if (values.length === 0) return [];
  return [
    { data: { values }, mark: { ...mark, type: 'rule', strokeDash: [1, 3], color: 'currentColor' }, encoding: { x } },
  ];
}

function markerNote(markers: readonly HistoryMarker[]): string {
  return markers.length === 0 ? '' : ` Dotted: ${markers.map(({ kind, night }) => `${kind} ${night}`).join(', ')}.`;
}

/** Variance within the nights; 1, an arm's own, where no night has two values or they do not spread. */
function spreadOf({ values }: AnalysedSeries): number {
  let [squares, df] = [0, 0];
  for (const night of values) {
    const center = night.reduce((sum, value) => sum + value, 0) / night.length;
    for (const value of night) squares += (value - center) ** 2;
    df += Math.max(0, night.length - 1);
  }
  return squares > 0 ? squares / df : 1;
}
