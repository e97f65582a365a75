import { grouped } from '../../baselines/arms.ts';
import { metricOf, shownScale } from '../../harness/spec/metrics.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { meanReach } from '../../harness/statistics/mean-tests.ts';
import { byPlace, denseArms } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { seriesLabel } from '../arms/arm-text.ts';
import { budgetOf, isDense, methodOf, type TuningLane } from '../arms/coordinates.ts';
import { lanesOf } from '../arms/tuning-lanes.ts';
import type { LookOf, ValueAxis } from './plot-style.ts';
import { thinned } from './thinning.ts';

/** The rows behind the plots. Values of a metric are shown numbers: hundredths of its full score, where it has one. */

/** What is drawn of a kind's curves. */
export interface Curve {
  /** Its name in the points of a record. */
  value: string;
  /** At the beginning of the plot's title: `Effective learning rate`. */
  title: string;
  axis: ValueAxis;
}

/** Arms shown in one panel: those of one model, data set, budget and lane. */
export interface PlotGroup {
  /** `budget 0.1`; `all budgets` of arms without one. */
  panel: string;
  /** The dense arms to compare them with; empty where they stand alone. */
  dense: readonly ArmSummary[];
  /** All other arms; the dense ones where there are no others. */
  arms: ArmSummary[];
}

/** One group a budget, or all arms of a kind without budgets; only the dense arms, where there are no others. */
export function plotGroups({ own, dense }: PlotLane): PlotGroup[] {
  const others = own.filter((arm) => !isDense(arm));
  if (others.length === 0) return [{ panel: 'all budgets', dense: [], arms: [...own] }];
  const groups = grouped(others, budgetOf);
  return [...groups].map(([budget, arms]) => {
    return { panel: budget === null ? 'all budgets' : `budget ${budget}`, dense, arms };
  });
}

/** The arms that plots of one model and data set hold: those of one lane. */
export interface PlotLane {
  place: string;
  lane: TuningLane | null;
  own: readonly ArmSummary[];
  /** What they are held against. */
  dense: readonly ArmSummary[];
}

/** The arms by model, data set and lane. */
export function plotLanes(arms: readonly ArmSummary[]): PlotLane[] {
  return [...byPlace(arms)].flatMap(([place, members]) =>
    lanesOf(members).map(({ lane, arms: own }) => ({ place, lane, own, dense: denseArms(members, lane) })),
  );
}

/** What tells a mark's arm from others: names in the legends. */
export interface Style {
  color: string;
  dash: string;
}

/** The names in the legends that an arm's marks have. */
export function styleOf(arm: ArmSummary, lookOf: LookOf): Style {
  const { hue, dash } = lookOf(arm);
  return { color: hue.name, dash: dash?.name ?? '' };
}

/** The result of one seed. */
export interface SeedPoint extends Style {
  arm: string;
  value: number;
}

/** Every completed seed. */
export function seedPoints(arms: readonly ArmSummary[], lookOf: LookOf): SeedPoint[] {
  return arms.flatMap((arm) =>
    [...arm.values.values()].map((value) => ({
      arm: seriesLabel(arm),
      value: shownScale(arm.metric) * value,
      ...styleOf(arm, lookOf),
    })),
  );
}

/** An arm's mean. */
export interface MeanPoint extends Style {
  arm: string;
  mean: number;
  /** mean ± sample standard deviation; the mean itself for one seed. */
  low: number;
  high: number;
}

/** The mean of every arm with a result. */
export function meanPoints(arms: readonly ArmSummary[], lookOf: LookOf): MeanPoint[] {
  return arms.flatMap((arm) => {
    const { mean: center, sd } = arm.value;
    if (center === null) return [];
    const scale = shownScale(arm.metric);
    const [low, high] = [scale * (center - (sd ?? 0)), scale * (center + (sd ?? 0))];
    return [{ arm: seriesLabel(arm), mean: scale * center, low, high, ...styleOf(arm, lookOf) }];
  });
}

/** What a line has in all of its points. */
export interface Line extends Style {
  /** The line's name: the same for an arm at all budgets. */
  arm: string;
  method: string;
  /** What lines of one method are told apart by where there are many. */
  split: string;
  dense: boolean;
}

function lineOf(arm: ArmSummary, lookOf: LookOf): Line {
  const split = String(factorOf(arm, lookOf(arm).hue.factor) ?? '');
  return { arm: seriesLabel(arm), method: methodOf(arm), split, dense: isDense(arm), ...styleOf(arm, lookOf) };
}

/** A point of a curve. */
export interface CurvePoint extends Line {
  /** Epochs or steps that are done. */
  at: number;
  /** Mean over the completed seeds. */
  value: number;
  /** The lowest and the highest of them. */
  low: number;
  high: number;
}

/** Most points of a line: a few pixels lie between them. */
const mostPoints = 48;

/**
 * A curve over the arm's completed seeds, where every one of them measured it; of a long one as many points as a plot
 * shows.
 */
export function curvePoints(arms: readonly ArmSummary[], { value: name, axis }: Curve, lookOf: LookOf): CurvePoint[] {
  return arms.flatMap((arm) => {
    const line = lineOf(arm, lookOf);
    const points = [...spreadByPoint(arm, name)]
      .filter(([, { n }]) => n === arm.completed.length)
      .map(([at, { sum, n, low, high }]) => ({ at, value: sum / n, low, high }))
      .filter(({ low }) => !axis.logarithmic || low > 0)
      .sort((left, right) => left.at - right.at);
    const scaled = (number: number) => axis.times * number;
    return thinned(points, mostPoints).map(({ at, value, low, high }) => {
      return { ...line, at, value: scaled(value), low: scaled(low), high: scaled(high) };
    });
  });
}

/** A value over the seeds that measured it, by what was done. */
function spreadByPoint({ completed }: ArmSummary, name: string) {
  const spreads = new Map<number, { n: number; sum: number; low: number; high: number }>();
  for (const { curve } of completed) {
    for (const { at, values } of curve) {
      const value = values[name] ?? null;
      if (value === null) continue;
      const spread = spreads.get(at) ?? { n: 0, sum: 0, low: value, high: value };
      spreads.set(at, {
        n: spread.n + 1,
        sum: spread.sum + value,
        low: Math.min(spread.low, value),
        high: Math.max(spread.high, value),
      });
    }
  }
  return spreads;
}

/** A compressed arm at one budget. */
export interface BudgetPoint extends Line {
  /** Mean of the metric. */
  value: number;
  /** Its 95 % confidence interval; the mean itself for one seed. */
  low: number;
  high: number;
  /** Parameters kept. */
  ratio: number | null;
}

/** The compressed arms of one model and data set. */
export function budgetPoints(arms: readonly ArmSummary[], lookOf: LookOf): BudgetPoint[] {
  return arms.flatMap((arm) => {
    const center = arm.value.mean;
    if (isDense(arm) || budgetOf(arm) === null || center === null) return [];
    const scale = shownScale(arm.metric);
    const reach = meanReach([...arm.values.values()]) ?? 0;
    const { ratio } = arm.means;
    const [value, low, high] = [scale * center, scale * (center - reach), scale * (center + reach)];
    return [{ ...lineOf(arm, lookOf), value, low, high, ratio }];
  });
}

/**
 * Holds all means with some room, within the metric's bounds. Intervals of two or three seeds are wide, and would leave
 * the means no room to differ.
 */
export function scoreDomain(
  metric: string,
  points: readonly Pick<BudgetPoint, 'value'>[],
  level: number | null,
): [number, number] {
  const { full, least, most } = metricOf(metric);
  const scale = shownScale(metric);
  const values = [...points.map(({ value }) => value), ...(level === null ? [] : [level])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const smallest = full === null ? 0.01 * Math.max(Math.abs(low), Math.abs(high)) : 1;
  const room = Math.max(smallest || 1, 0.15 * (high - low));
  const [floor, ceiling] = [least ?? Number.NEGATIVE_INFINITY, most ?? Number.POSITIVE_INFINITY];
  return [Math.max(scale * floor, low - room), Math.min(scale * ceiling, high + room)];
}
