import type { TopLevelSpec } from 'vega-lite';
import { mean, measuredOnly } from '../../baselines/moments.ts';
import type { MetricName } from '../../harness/spec/spec.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { byBudget, byPlace, metricOf } from '../arm-summary.ts';
import { wordsOf } from '../metric-words.ts';
import type { LinePoint } from './panels.ts';
import { arePanels, panelSpec } from './panels.ts';
import type { CurvePoint } from './plot-data.ts';
import { budgetPoints, curvePoints, meanPoints, plotGroups, scoreDomain, seedPoints } from './plot-data.ts';
import { colorOf, config, scoreAxis } from './plot-style.ts';

/** The plots as Vega-Lite specifications: data in, nothing drawn. */
export interface Plot {
  title: string;
  caption: string;
  spec: TopLevelSpec;
}

const width = 520;

/** All plots of a report; none for a model without a completed cell. */
export function plotsOf(arms: readonly ArmSummary[]): Plot[] {
  const metric = metricOf(arms);
  const words = wordsOf(arms);
  const groups = plotGroups(arms).filter((group) => seedPoints(group.arms).length > 0);
  const scores = groups.map((group) => ({
    title: `${words.capital}, ${group.title}`,
    caption: 'Every seed a dot; the bar is mean ± sample standard deviation.',
    spec: scoreSpec(group.arms, metric),
  }));
  const curves = groups.flatMap((group) => [
    curvePlot(
      `Test accuracy by epoch, ${group.title}`,
      curvePoints(group.arms, 'test_accuracy'),
      scoreAxis('accuracy'),
    ),
    curvePlot(`Validation perplexity by epoch, ${group.title}`, curvePoints(group.arms, 'perplexity'), {
      title: 'perplexity',
      scale: { type: 'log', nice: false, padding: 8 },
    }),
    curvePlot(
      `Effective learning rate by epoch, ${group.title}`,
      curvePoints(group.arms, 'effective_learning_rate').filter(({ value }) => value > 0),
      { title: 'η / ‖W‖²_F', scale: { type: 'log' } },
    ),
  ]);
  const sizes = [...byPlace(arms)].flatMap(([place, members]) => budgetPlots(place, members));
  return [...sizes, ...scores, ...curves].filter((plot) => plot !== null);
}

function scoreSpec(arms: readonly ArmSummary[], metric: MetricName): TopLevelSpec {
  const score = scoreAxis(metric);
  const seeds = seedPoints(arms);
  const means = meanPoints(arms);
  const y = { field: 'arm', type: 'nominal', title: null, sort: null } as const;
  const color = { ...colorOf(seeds.map((point) => point.color)), legend: null };
  return {
    width,
    height: { step: 24 },
    config,
    encoding: { y, color },
    layer: [
      {
        data: { values: means },
        mark: { type: 'rule', strokeWidth: 6, opacity: 0.35 },
        encoding: { x: { field: 'low', type: 'quantitative', ...score }, x2: { field: 'high' } },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2, size: 16 },
        encoding: { x: { field: 'mean', type: 'quantitative', ...score } },
      },
      {
        data: { values: seeds },
        mark: { type: 'point', filled: true, size: 45, opacity: 0.9 },
        encoding: { x: { field: 'value', type: 'quantitative', ...score } },
      },
    ],
  };
}

/** Longest curve whose epochs are marked one by one. */
const markedEpochs = 20;

function curvePlot(title: string, points: CurvePoint[], y: object): Plot | null {
  if (points.length === 0) return null;
  const x = { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1, format: 'd' }, scale: { zero: false } };
  const look = {
    x,
    y: { field: 'value', type: 'quantitative', ...y },
    behind: ({ method }: LinePoint) => method === 'dense',
    dots: Math.max(...points.map(({ epoch }) => epoch)) <= markedEpochs,
  };
  const gray = arePanels(points) ? ' Gray: the dense model.' : '';
  return { title, caption: `Mean over the completed seeds.${gray}`, spec: panelSpec(points, look) };
}

/** The metric against size and against operations: one line a method, initialization and regularizer over its budgets. */
function budgetPlots(place: string, arms: readonly ArmSummary[]): Plot[] {
  const budgets = [...byBudget(arms).values()];
  // One budget makes no line; the dots of its seeds show it.
  if (budgets.length < 2) return [];
  // A budget may be a rank scale; the axis has what is kept.
  const kept = budgets.map((members) => mean(measuredOnly(members.map(({ means }) => means.ratio))));
  const points = budgetPoints(arms);
  const level = mean(meanPoints(arms.filter(({ method }) => method === 'dense')).map((point) => point.mean));
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
    const domain = scoreDomain(shown, level);
    // Cut in the data: the identifiers of clip paths would be the same in all drawings of the page.
    const cut = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
    const lines = shown.map((point) => ({ ...point, low: cut(point.low), high: cut(point.high) }));
    const look = {
      x: { field, type: 'quantitative', title: name, scale: { type: 'log', nice: false, padding: 8 }, axis },
      y: { field: 'value', type: 'quantitative', ...scoreAxis(metricOf(arms)), scale: { domain } },
      behind: () => true,
      dots: true,
      level,
    };
    const caption =
      'Mean and 95 % confidence interval (Student’s t) over the seeds, cut at the edge.' +
      (level === null ? '' : ' Dotted: the dense model, mean of its arms.') +
      (arePanels(shown) ? ' Gray: all others.' : '');
    return [{ title: `${wordsOf(arms).capital} by ${name}, ${place}`, caption, spec: panelSpec(lines, look) }];
  });
}
