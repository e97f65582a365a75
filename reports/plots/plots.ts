import type { TopLevelSpec } from 'vega-lite';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { mean, measuredOnly } from '../../harness/statistics/moments.ts';
import { byBudget } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { isDense, isTuned } from '../arms/coordinates.ts';
import { withLane } from '../arms/tuning-lanes.ts';
import type { Figure } from '../render/document.ts';
import type { LinePoint } from './panels.ts';
import { arePanels, panelSpec } from './panels.ts';
import type { Curve, PlotGroup, PlotLane } from './plot-data.ts';
import { budgetPoints, curvePoints, meanPoints, plotGroups, plotLanes, scoreDomain, seedPoints } from './plot-data.ts';
import { axisEncoding, colorOf, config, dashOf, type LookOf, metricAxis, titleOf } from './plot-style.ts';

/** What a kind says of its plots. */
export interface PlotOptions {
  curves: readonly Curve[];
  lookOf: LookOf;
}

const width = 520;

/** All plots of a kind's arms: data in, nothing drawn; none for a model without a completed cell. */
export function plotsOf(arms: readonly ArmSummary[], { curves, lookOf }: PlotOptions): Figure[] {
  const groups = plotGroups(arms).filter((group) => group.arms.some(({ values }) => values.size > 0));
  return [
    ...plotLanes(arms).flatMap((lane) => budgetPlots(lane, lookOf)),
    ...groups.map((group) => scorePlot(group, lookOf)),
    ...groups.flatMap((group) => curves.flatMap((curve) => curvePlot(group, curve, lookOf) ?? [])),
  ];
}

/** How marks of these arms are coloured and dashed. */
function legendsOf(arms: readonly ArmSummary[], lookOf: LookOf) {
  const looks = arms.filter(({ values }) => values.size > 0).map(lookOf);
  return { color: colorOf(looks.map(({ hue }) => hue)), strokeDash: dashOf(looks.map(({ dash }) => dash)) };
}

/** The metric that all arms of a kind have. */
function metricOfArms([first]: readonly ArmSummary[]): string {
  if (!first) throw new Error('metricOfArms: there is no arm');
  return first.metric;
}

function scorePlot({ title, arms }: PlotGroup, lookOf: LookOf): Figure {
  const metric = metricOfArms(arms);
  const score = axisEncoding(metricAxis(metric));
  const means = meanPoints(arms, lookOf);
  const y = { field: 'arm', type: 'nominal', title: null, sort: null } as const;
  const color = { ...legendsOf(arms, lookOf).color, legend: null };
  const spec = {
    width,
    height: { step: 24 },
    config,
    encoding: { y, color },
    layer: [
      {
        data: { values: means },
        mark: { type: 'rule', strokeWidth: 6, opacity: 0.35 },
        encoding: { x: { field: 'low', ...score }, x2: { field: 'high' } },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2, size: 16 },
        encoding: { x: { field: 'mean', ...score } },
      },
      {
        data: { values: seedPoints(arms, lookOf) },
        mark: { type: 'point', filled: true, size: 45, opacity: 0.9 },
        encoding: { x: { field: 'value', ...score } },
      },
    ],
  } as TopLevelSpec;
  const caption = 'Every seed a dot; the bar is mean ± sample standard deviation.';
  return { title: `${titleOf(metric)}, ${title}`, caption, spec };
}

/** Most points that are marked one by one. */
const markedPoints = 20;

function curvePlot(group: PlotGroup, curve: Curve, lookOf: LookOf): Figure | null {
  const points = curvePoints(group.arms, curve, lookOf);
  const [first] = group.arms;
  if (points.length === 0 || !first) return null;
  const { at } = wordsOfKind(first.kind);
  const look = {
    ...legendsOf(group.arms, lookOf),
    x: {
      field: 'at',
      type: 'quantitative',
      title: at,
      axis: { tickMinStep: 1, format: 'd' },
      scale: { zero: false },
    },
    y: { field: 'value', ...axisEncoding(curve.axis) },
    behind: ({ dense }: LinePoint) => dense,
    dots: new Set(points.map((point) => point.at)).size <= markedPoints,
  };
  const gray = arePanels(points) && points.some(({ dense }) => dense) ? ' Gray: the dense model.' : '';
  const title = `${curve.title} by ${at}, ${group.title}`;
  return { title, caption: `Mean over the completed seeds.${gray}`, spec: panelSpec(points, look) };
}

/**
 * The metric against size and against operations: one line a method, initialization and regularizer over its budgets.
 */
function budgetPlots({ place, lane, own, dense }: PlotLane, lookOf: LookOf): Figure[] {
  const arms = own.filter((arm) => !isDense(arm));
  const budgets = [...byBudget(arms).values()];
  // One budget makes no line; the dots of its seeds show it.
  if (budgets.length < 2) return [];
  const metric = metricOfArms(arms);
  // A budget may be a rank scale; the axis has what is kept.
  const kept = budgets.map((members) => mean(measuredOnly(members.map(({ means }) => means.ratio))));
  const points = budgetPoints([...dense, ...arms], lookOf);
  const level = mean(meanPoints(dense, lookOf).map((point) => point.mean));
  const whose = lane === 'tuned' && !dense.some(isTuned) ? ', which are not tuned' : '';
  const levelNote = level === null ? '' : ` Dotted: the dense model, mean of its arms${whose}.`;
  const legends = legendsOf(arms, lookOf);
  const axes = [
    {
      name: 'parameters kept',
      field: 'ratio',
      axis: { format: '.2~p', values: kept.filter((ratio) => ratio !== null) },
    },
    { name: 'theoretical speed-up', field: 'speedUp', axis: { format: '~r', tickCount: 4 } },
  ] as const;
  return axes.flatMap(({ name, field, axis }) => {
    const shown = points.filter((point) => point[field] !== null);
    if (shown.length === 0) return [];
    const domain = scoreDomain(metric, shown, level);
    // Cut in the data: the identifiers of clip paths would be the same in all drawings of the page.
    const cut = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
    const lines = shown.map((point) => ({ ...point, low: cut(point.low), high: cut(point.high) }));
    const look = {
      ...legends,
      x: { field, type: 'quantitative', title: name, scale: { type: 'log', nice: false, padding: 8 }, axis },
      y: { field: 'value', ...axisEncoding(metricAxis(metric)), scale: { domain } },
      behind: () => true,
      dots: true,
      level,
    };
    const caption =
      'Mean and 95 % confidence interval (Student’s t) over the seeds, cut at the edge.' +
      levelNote +
      (arePanels(shown) ? ' Gray: all others.' : '');
    return [
      { title: `${titleOf(metric)} by ${name}, ${withLane(place, lane)}`, caption, spec: panelSpec(lines, look) },
    ];
  });
}
