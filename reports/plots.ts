import type { Config, TopLevelSpec } from 'vega-lite';
import type { ArmSummary } from './arm-summary.ts';
import { byPlace } from './arm-summary.ts';
import type { CurvePoint } from './plot-data.ts';
import { curvePoints, meanPoints, plotGroups, seedPoints } from './plot-data.ts';

/** The plots as Vega-Lite specifications: data in, nothing drawn. */
export interface Plot {
  title: string;
  caption: string;
  spec: TopLevelSpec;
}

/** Readable on white and on near-black: one hue a regularizer, the dense model's apart. */
const colors: Record<string, string> = {
  none: '#8a8f98',
  'weight-decay': '#2f81e0',
  'frobenius-decay': '#dd6b10',
  'dense, none': '#b388dd',
  'dense, weight-decay': '#8e4fc9',
};

/** Text and lines take the page's colour, so that one drawing serves light and dark. */
const config: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    ...{
      labelColor: 'currentColor',
      titleColor: 'currentColor',
      domainColor: 'currentColor',
      tickColor: 'currentColor',
    },
    ...{ gridColor: '#88888844', labelFontSize: 12, titleFontSize: 12, labelLimit: 0 },
  },
  legend: {
    ...{
      labelColor: 'currentColor',
      titleColor: 'currentColor',
      orient: 'bottom',
      labelLimit: 0,
      labelFontSize: 12,
      titleFontSize: 12,
    },
    columns: 3,
  },
};

const width = 520;

/** All plots of a report; none for a model without a completed cell. */
export function plotsOf(arms: readonly ArmSummary[]): Plot[] {
  const groups = plotGroups(arms).filter((group) => seedPoints(group.arms).length > 0);
  const accuracies = groups.map((group) => ({
    title: `Accuracy, ${group.title}`,
    caption: 'Every seed a dot; the bar is mean ± sample standard deviation.',
    spec: accuracySpec(group.arms),
  }));
  const curves = groups.flatMap((group) => [
    curvePlot(`Test accuracy by epoch, ${group.title}`, curvePoints(group.arms, 'test_accuracy'), accuracyAxis),
    curvePlot(
      `Effective learning rate by epoch, ${group.title}`,
      curvePoints(group.arms, 'effective_learning_rate').filter(({ value }) => value > 0),
      { title: 'η / ‖W‖²_F', scale: { type: 'log' } },
    ),
  ]);
  const sizes = [...byPlace(arms)].flatMap(([place, members]) => sizePlot(place, members));
  return [...accuracies, ...curves.filter((plot) => plot !== null), ...sizes];
}

const accuracyAxis = { title: 'accuracy', axis: { format: '.1%' }, scale: { zero: false } } as const;

function colorOf(names: readonly string[]) {
  const domain = Object.keys(colors).filter((name) => names.includes(name));
  const extra = [...new Set(names)].filter((name) => !(name in colors));
  const range = [...domain.map((name) => colors[name] as string), ...extra.map(() => '#1f9d6b')];
  return {
    field: 'color',
    type: 'nominal',
    title: 'regularizer',
    scale: { domain: [...domain, ...extra], range },
  } as const;
}

function accuracySpec(arms: readonly ArmSummary[]): TopLevelSpec {
  const seeds = seedPoints(arms);
  const means = meanPoints(arms);
  const y = { field: 'arm', type: 'nominal', title: null, sort: null } as const;
  const color = { ...colorOf(seeds.map((point) => point.color)), legend: null };
  return {
    ...{ width, height: { step: 24 }, config },
    encoding: { y, color },
    layer: [
      {
        data: { values: means },
        mark: { type: 'rule', strokeWidth: 6, opacity: 0.35 },
        encoding: { x: { field: 'low', type: 'quantitative', ...accuracyAxis }, x2: { field: 'high' } },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2, size: 16 },
        encoding: { x: { field: 'mean', type: 'quantitative', ...accuracyAxis } },
      },
      {
        data: { values: seeds },
        mark: { type: 'point', filled: true, size: 45, opacity: 0.9 },
        encoding: { x: { field: 'value', type: 'quantitative', ...accuracyAxis } },
      },
    ],
  };
}

/** Dashed: default initialization; solid: spectral. */
const dashes = [
  [6, 4],
  [1, 0],
];

const dashOf = {
  field: 'init',
  type: 'nominal',
  title: 'init',
  scale: { domain: ['default', 'spectral'], range: dashes },
  legend: { symbolType: 'stroke', symbolSize: 600, symbolStrokeColor: 'currentColor' },
} as const;

function curvePlot(title: string, points: CurvePoint[], y: object): Plot | null {
  if (points.length === 0) return null;
  const spec: TopLevelSpec = {
    ...{ width, height: 280, config },
    data: { values: points },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1, format: 'd' }, scale: { zero: false } },
      y: { field: 'value', type: 'quantitative', ...y },
      color: colorOf(points.map((point) => point.color)),
      detail: { field: 'arm' },
    },
    // Points of their own, so that a single epoch shows, and that the legend of dashes shows strokes and no dots.
    layer: [
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { strokeDash: dashOf } },
      { mark: { type: 'point', filled: true, size: 20 } },
    ],
  };
  return { title, caption: 'Mean over the completed seeds.', spec };
}

function sizePlot(place: string, arms: readonly ArmSummary[]): Plot[] {
  const points = meanPoints(arms).filter(({ parameters }) => parameters !== null);
  if (points.length === 0) return [];
  const x = { field: 'parameters', type: 'quantitative', scale: { type: 'log' }, axis: { format: '~s' } } as const;
  const spec: TopLevelSpec = {
    ...{ width, height: 280, config },
    data: { values: points },
    encoding: { x, color: colorOf(points.map((point) => point.color)) },
    layer: [
      {
        mark: { type: 'rule', opacity: 0.5 },
        encoding: { y: { field: 'low', type: 'quantitative', ...accuracyAxis }, y2: { field: 'high' } },
      },
      ...[true, false].map((filled) => ({
        transform: [{ filter: `(datum.init === 'spectral') === ${filled}` }],
        mark: { type: 'point' as const, size: 70, strokeWidth: 2, filled },
        encoding: {
          y: { field: 'mean', type: 'quantitative' as const, ...accuracyAxis },
          shape: { field: 'method', type: 'nominal' as const, title: 'method' },
        },
      })),
    ],
  };
  return [
    {
      title: `Accuracy by parameters, ${place}`,
      caption: 'Mean ± sample standard deviation over the seeds; filled: spectral initialization, hollow: default.',
      spec,
    },
  ];
}
