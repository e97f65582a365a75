import type { ArmSummary } from '../arms/arm-summary.ts';
import type { Figure } from '../render/document.ts';
import { budgetPlot } from './budget-plot.ts';
import { costPlot } from './cost-plots.ts';
import { curvePlots } from './curve-plots.ts';
import { type Curve, type PlotLane, plotLanes } from './plot-data.ts';
import type { LookOf } from './plot-style.ts';
import { scorePlot } from './score-plot.ts';

/** What a kind says of its plots. */
export interface PlotOptions {
  curves: readonly Curve[];
  lookOf: LookOf;
}

/** A plot, and what it belongs to: the metric against budget and costs, the metric seed by seed, or curves. */
export interface Plot extends Figure {
  part: 'results' | 'seeds' | 'curves';
}

/** All plots of a kind's arms: data in, nothing drawn; none for a model without a completed cell. */
export function plotsOf(arms: readonly ArmSummary[], { curves, lookOf }: PlotOptions): Plot[] {
  const lanes = plotLanes(arms).filter(({ own }) => own.some(({ values }) => values.size > 0));
  const part = (name: Plot['part'], figuresOf: (lane: PlotLane) => (Figure | null)[]) =>
    lanes.flatMap((lane) => figuresOf(lane).flatMap((figure) => (figure === null ? [] : [{ ...figure, part: name }])));
  return [
    ...part('results', (lane) => [budgetPlot(lane, lookOf), costPlot(lane, lookOf)]),
    ...part('seeds', (lane) => [scorePlot(lane, lookOf)]),
    ...part('curves', (lane) => curvePlots(lane, curves, lookOf)),
  ];
}
