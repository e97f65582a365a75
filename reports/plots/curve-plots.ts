import type { TopLevelSpec } from 'vega-lite';
import { counted } from '../../baselines/wording.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { type ArmSummary, meanGain } from '../arms/arm-summary.ts';
import { methodOf } from '../arms/coordinates.ts';
import { withLane } from '../arms/tuning-lanes.ts';
import type { Figure } from '../render/document.ts';
import { legendsOf } from './legends.ts';
import { layersOf } from './panels.ts';
import { type Curve, curvePoints, type PlotLane, plotGroups } from './plot-data.ts';
import { axisEncoding, config, type LookOf } from './plot-style.ts';
import { thinned } from './thinning.ts';

/** Most lines in a panel beside those of the dense arms: their bands would cover each other. */
const mostArms = 9;
/** Most panels: the largest budget, the smallest, and one between. */
const mostPanels = 3;
/** Most points that are marked one by one. */
const markedPoints = 20;

/** The curves of a model, data set and lane, a panel a budget: means over the seeds within what the seeds spread over. */
export function curvePlots(lane: PlotLane, curves: readonly Curve[], lookOf: LookOf): Figure[] {
  const groups = plotGroups(lane);
  const panels = thinned(groups, mostPanels).map(({ panel, dense, arms }) => ({ panel, dense, arms: shownOf(arms) }));
  const several = panels.some(({ arms }) => new Set(arms.map(methodOf)).size > 1);
  // Of several methods each has its best arm alone: the method tells them apart.
  const ownLook = several ? lookByMethod : lookOf;
  return curves.flatMap((curve) => {
    const points = panels.flatMap(({ panel, dense, arms }) =>
      curvePoints([...dense, ...arms], curve, ownLook).map((point) => ({ ...point, panel, own: !point.dense })),
    );
    const [first] = panels.flatMap(({ arms, dense }) => [...arms, ...dense]);
    if (points.length === 0 || !first) return [];
    // Alone, dense arms are no background.
    const shown = points.some(({ own }) => own) ? points : points.map((point) => ({ ...point, own: true }));
    const { at } = wordsOfKind(first.kind);
    const arms = panels.flatMap((panel) => panel.arms);
    const look = {
      ...legendsOf(arms, ownLook),
      x: {
        field: 'at',
        type: 'quantitative',
        title: at,
        axis: { tickMinStep: 1, format: 'd' },
        scale: { zero: false },
      },
      y: { field: 'value', ...axisEncoding(curve.axis) },
      dots: new Set(points.map((point) => point.at)).size <= markedPoints,
      interval: 'band' as const,
    };
    const drawn = panels.reduce((sum, panel) => sum + panel.arms.length, 0);
    const left = groups.reduce((sum, group) => sum + group.arms.length, 0) - drawn;
    const caption =
      'Mean over the completed seeds; the band reaches from the lowest to the highest of them.' +
      (several ? ' Of each method the arm of the best mean.' : '') +
      (shown.some(({ own }) => !own) ? ' Gray: the dense model.' : '') +
      (left > 0 ? ` ${counted(left, 'further arm')} without a line: see Cells.` : '');
    const layer = layersOf(shown, look);
    const spec = panels.length === 1 ? singleSpec(shown, layer) : facetSpec(shown, layer, panels);
    return [{ title: `${curve.title} by ${at}, ${withLane(lane.place, lane.lane)}`, caption, spec }];
  });
}

function singleSpec(values: readonly object[], layer: object[]): TopLevelSpec {
  return { width: 520, height: 280, config, data: { values }, layer } as TopLevelSpec;
}

function facetSpec(values: readonly object[], layer: object[], panels: readonly { panel: string }[]): TopLevelSpec {
  const header = { labelFontWeight: 'bold', labelColor: 'currentColor' };
  const sort = panels.map(({ panel }) => panel);
  return {
    config,
    data: { values },
    columns: 3,
    facet: { field: 'panel', type: 'nominal', title: null, sort, header },
    spec: { width: 260, height: 200, layer },
  } as TopLevelSpec;
}

const lookByMethod: LookOf = (arm) => {
  const init = factorOf(arm, 'init');
  return {
    hue: { factor: 'method', name: methodOf(arm) },
    dash: init === null ? null : { factor: 'init', name: String(init) },
  };
};

/** The arms that are drawn: of several methods the best arm of each, else all; the best means of more than fit. */
function shownOf(arms: readonly ArmSummary[]): ArmSummary[] {
  const measured = arms
    .filter((arm) => meanGain(arm) !== null)
    .toSorted((left, right) => meanGain(right)! - meanGain(left)!);
  const methods = new Set(measured.map(methodOf));
  const candidates =
    methods.size > 1 ? [...methods].map((method) => measured.find((arm) => methodOf(arm) === method)!) : measured;
  const best = candidates.slice(0, mostArms);
  // In the order of tables, which legends follow.
  return arms.filter((arm) => best.includes(arm));
}
