import type { Config } from 'vega-lite';
import { metricTitle } from '../../baselines/wording.ts';
import type { MetricName } from '../../harness/spec/spec.ts';

/** What all plots look like. */

/** Readable on white and on near-black: one hue a regularizer, the dense model's apart. */
const colors: Record<string, string> = {
  none: '#8a8f98',
  'weight-decay': '#2f81e0',
  'no-factor-decay': '#c2569b',
  crs: '#12a594',
  'frobenius-decay': '#dd6b10',
  'dense, none': '#b388dd',
  'dense, weight-decay': '#8e4fc9',
};

/** Of what has no hue of its own: parts of a regularizer, and values of λ. */
const furtherColors = ['#1f9d6b', '#d64545', '#a07c12', '#5b6ee1', '#d977c8', '#2aa9b8', '#9a5b2f', '#7d9b1f'];

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

/** Shares of a metric's full score. */
export function scoreAxis(metric: MetricName) {
  const axis = metric === 'accuracy' ? { format: '.1%' } : { labelExpr: "format(100 * datum.value, '.1f')" };
  return { title: metricTitle(metric), axis, scale: { zero: false } } as const;
}

export function colorOf(names: readonly string[]) {
  const domain = Object.keys(colors).filter((name) => names.includes(name));
  const extra = [...new Set(names)].filter((name) => !(name in colors));
  const range = [
    ...domain.map((name) => colors[name]!),
    ...extra.map((_, at) => furtherColors[at % furtherColors.length]!),
  ];
  return {
    field: 'color',
    type: 'nominal',
    title: 'regularizer',
    scale: { domain: [...domain, ...extra], range },
  } as const;
}

/** Dashed: default initialization; solid: spectral; dotted: independent draws; others: spectral of some products alone. */
const dashes: Record<string, readonly number[]> = {
  default: [6, 4],
  spectral: [1, 0],
  iid: [2, 3],
  'spectral-linear': [12, 3],
  'spectral-attention': [8, 3, 2, 3],
  'spectral-query-key': [8, 3, 2, 3, 2, 3],
  'spectral-output-value': [1, 5],
};
const usual = ['default', 'spectral'];

export function dashOf(inits: readonly string[]) {
  const domain = Object.keys(dashes).filter((name) => usual.includes(name) || inits.includes(name));
  return {
    field: 'init',
    type: 'nominal',
    title: 'init',
    scale: { domain, range: domain.map((name) => dashes[name]!) },
    legend: { symbolType: 'stroke', symbolSize: 600, symbolStrokeColor: 'currentColor' },
  } as const;
}
