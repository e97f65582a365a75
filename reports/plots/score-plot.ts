import type { TopLevelSpec } from 'vega-lite';
import { counted } from '../../baselines/wording.ts';
import { type ArmSummary, meanGain } from '../arms/arm-summary.ts';
import { withLane } from '../arms/tuning-lanes.ts';
import type { Figure } from '../render/document.ts';
import { legendsOf, metricOfArms } from './legends.ts';
import { meanPoints, type PlotLane, plotGroups, seedPoints } from './plot-data.ts';
import { axisEncoding, config, type LookOf, metricAxis, titleOf } from './plot-style.ts';

/** Most arms in a panel: the best means, and the dense arms beside them. */
const mostArms = 12;

/** Every seed of the arms a dot, a panel a budget; null where no arm has a result. */
export function scorePlot(lane: PlotLane, lookOf: LookOf): Figure | null {
  const shown = plotGroups(lane)
    .map(({ panel, dense, arms }) => {
      const measured = arms.filter(({ values }) => values.size > 0);
      return { panel, arms: [...dense, ...bestOf(measured)], left: measured.length - bestOf(measured).length };
    })
    .filter(({ arms }) => arms.some(({ values }) => values.size > 0));
  const all = shown.flatMap(({ arms }) => arms);
  if (all.length === 0) return null;
  const metric = metricOfArms(all);
  const score = axisEncoding(metricAxis(metric));
  const y = { field: 'arm', type: 'nominal', title: null, sort: null } as const;
  const color = { ...legendsOf(all, lookOf).color, legend: null };
  const layer = [
    {
      mark: { type: 'rule', strokeWidth: 6, opacity: 0.35, aria: false },
      encoding: { x: { field: 'low', ...score }, x2: { field: 'high' } },
    },
    {
      mark: { type: 'tick', thickness: 2, size: 16, aria: false },
      encoding: { x: { field: 'mean', ...score } },
    },
    {
      mark: { type: 'point', filled: true, size: 45, opacity: 0.9, aria: false },
      encoding: { x: { field: 'value', ...score } },
    },
  ];
  const panels = shown.map(({ panel, arms }) => ({
    width: 520,
    height: { step: 24 },
    data: { values: rowsOf(arms, lookOf) },
    encoding: { y, color },
    layer,
    ...(shown.length === 1 ? {} : { title: { text: panel, anchor: 'start', color: 'currentColor' } }),
  }));
  const spec = { config, columns: 1, concat: panels, resolve: { scale: { x: 'shared' } } };
  const left = shown.reduce((sum, group) => sum + group.left, 0);
  const caption =
    'Every seed a dot; the bar is mean ± sample standard deviation.' +
    (left > 0 ? ` The ${mostArms} best means a panel; ${counted(left, 'further arm')} in the table of results.` : '');
  return {
    title: `${titleOf(metric)}, ${withLane(lane.place, lane.lane)}`,
    caption,
    spec: spec as unknown as TopLevelSpec,
  };
}

/** Means and seeds in one source; each mark leaves out what it has no value for. */
function rowsOf(arms: readonly ArmSummary[], lookOf: LookOf): object[] {
  const noMean = { mean: null, low: null, high: null };
  return [
    ...meanPoints(arms, lookOf).map((point) => ({ ...point, value: null })),
    ...seedPoints(arms, lookOf).map((point) => ({ ...point, ...noMean })),
  ];
}

/** In the order of tables. */
function bestOf(arms: readonly ArmSummary[]): readonly ArmSummary[] {
  if (arms.length <= mostArms) return arms;
  const best = arms.toSorted((left, right) => meanGain(right)! - meanGain(left)!).slice(0, mostArms);
  return arms.filter((arm) => best.includes(arm));
}
