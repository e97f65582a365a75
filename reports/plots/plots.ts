import type { ArmSummary } from '../arms/arm-summary.ts';
import { withLane } from '../arms/tuning-lanes.ts';
import type { Figure } from '../render/document.ts';
import { budgetPlot } from './budget-plot.ts';
import { costPlot } from './cost-plots.ts';
import { curvePlots } from './curve-plots.ts';
import { type Curve, plotGroups, plotLanes } from './plot-data.ts';
import type { LookOf } from './plot-style.ts';
import { scorePlot } from './score-plot.ts';

/** What a kind says of its plots. */
export interface PlotOptions {
  curves: readonly Curve[];
  lookOf: LookOf;
}

/** The plots of a kind's arms: data in, nothing drawn; none for a model without a completed cell. */
export interface Plots {
  /** The metric against budget and costs. */
  results: Figure[];
  /** The metric seed by seed. */
  scores: Figure[];
  curves: Figure[];
}

/** All plots of a kind's arms. */
export function plotsOf(arms: readonly ArmSummary[], { curves, lookOf }: PlotOptions): Plots {
  const lanes = plotLanes(arms).filter(({ own }) => own.some(({ values }) => values.size > 0));
  const ofLanes = lanes.map((lane) => ({
    title: withLane(lane.place, lane.lane),
    groups: plotGroups(lane),
  }));
  return {
    results: lanes.flatMap((lane) =>
      [budgetPlot(lane, lookOf), costPlot(lane, lookOf)].filter((figure) => figure !== null),
    ),
    scores: ofLanes.flatMap(({ title, groups }) => scorePlot(title, groups, lookOf) ?? []),
    curves: ofLanes.flatMap(({ title, groups }) => curvePlots(title, groups, curves, lookOf)),
  };
}
