import { mean, measuredOnly } from '../../harness/statistics/moments.ts';
import { byBudget } from '../arms/arm-groups.ts';
import { isDense, isTuned } from '../arms/coordinates.ts';
import { withLane } from '../arms/tuning-lanes.ts';
import type { Figure } from '../render/document.ts';
import { legendsOf, metricOfArms } from './legends.ts';
import { arePanels, panelNote, panelSpec } from './panels.ts';
import { budgetPoints, meanPoints, type PlotLane, scoreDomain } from './plot-data.ts';
import { axisEncoding, type LookOf, metricAxis, titleOf } from './plot-style.ts';

/**
 * The metric against the parameters kept: one line a method, initialization and regularizer over its budgets. Null where
 * there are no two budgets: the dots of their seeds show one.
 */
export function budgetPlot({ place, lane, own, dense }: PlotLane, lookOf: LookOf): Figure | null {
  const arms = own.filter((arm) => !isDense(arm));
  const budgets = [...byBudget(arms).values()];
  if (budgets.length < 2) return null;
  const metric = metricOfArms(arms);
  const points = budgetPoints([...dense, ...arms], lookOf).filter(({ ratio }) => ratio !== null);
  if (points.length === 0) return null;
  // A budget may be a rank scale; the axis has what is kept.
  const kept = budgets.map((members) => mean(measuredOnly(members.map(({ means }) => means.ratio))));
  const level = mean(meanPoints(dense, lookOf).map((point) => point.mean));
  const whose = lane === 'tuned' && !dense.some(isTuned) ? ', which are not tuned' : '';
  const levelNote = level === null ? '' : ` Dotted: the dense model, mean of its arms${whose}.`;
  const domain = scoreDomain(metric, points, level);
  // Cut in the data: the identifiers of clip paths would be the same in all drawings of the page.
  const cut = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  const lines = points.map((point) => ({ ...point, low: cut(point.low), high: cut(point.high) }));
  const axis = { format: '.2~p', values: kept.filter((ratio) => ratio !== null) };
  const look = {
    ...legendsOf(arms, lookOf),
    x: {
      field: 'ratio',
      type: 'quantitative',
      title: 'parameters kept',
      scale: { type: 'log', nice: false, padding: 8 },
      axis,
    },
    y: { field: 'value', ...axisEncoding(metricAxis(metric)), scale: { domain } },
    dots: true,
    level,
    interval: 'rule' as const,
  };
  const caption =
    'Mean and 95 % confidence interval (Student’s t) over the seeds, cut at the edge.' +
    levelNote +
    (arePanels(points) ? ' Gray: all others.' : '') +
    panelNote(points);
  const title = `${titleOf(metric)} by parameters kept, ${withLane(place, lane)}`;
  return { title, caption, spec: panelSpec(lines, look) };
}
