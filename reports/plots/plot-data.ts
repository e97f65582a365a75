import type { CurvePoint as RecordedPoint } from '../../harness/record.ts';
import { metricOf, shownScale } from '../../harness/spec/metrics.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { meanReach } from '../../harness/statistics/mean-tests.ts';
import { mean, measuredOnly } from '../../harness/statistics/moments.ts';
import { byPlace, denseArms, denseMean } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { seriesLabel } from '../arms/arm-text.ts';
import { budgetOf, isDense, methodOf, type TuningLane } from '../arms/coordinates.ts';
import { lanesOf, withLane } from '../arms/tuning-lanes.ts';
import type { LookOf, ValueAxis } from './plot-style.ts';

/** The rows behind the plots. Values of a metric are shown numbers: hundredths of its full score, where it has one. */

/** What is drawn of a kind's curves. */
export interface Curve {
  /** Its name in the points of a record. */
  value: string;
  /** At the beginning of the plot's title: `Effective learning rate`. */
  title: string;
  axis: ValueAxis;
}

/** Arms shown in one plot: those of one model, data set, budget and lane, and the dense arms to compare them with. */
export interface PlotGroup {
  title: string;
  arms: ArmSummary[];
}

/**
 * One group a model, data set, lane and budget, or all arms of a kind without budgets; only the dense arms, where there
 * are no others.
 */
export function plotGroups(arms: readonly ArmSummary[]): PlotGroup[] {
  return plotLanes(arms).flatMap(({ place, lane, own, dense }) => {
    const groups = new Map<string, PlotGroup>();
    for (const arm of own) {
      if (isDense(arm) && own.some((other) => !isDense(other))) continue;
      const budget = isDense(arm) ? null : budgetOf(arm);
      const title = withLane(budget === null ? place : `${place}, budget ${budget}`, lane);
      const group = groups.get(title) ?? { title, arms: isDense(arm) ? [] : [...dense] };
      group.arms.push(arm);
      groups.set(title, group);
    }
    return [...groups.values()];
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
  value: number;
}

/** A curve, mean over the arm's completed seeds, where every one of them measured it. */
export function curvePoints(arms: readonly ArmSummary[], { value: name, axis }: Curve, lookOf: LookOf): CurvePoint[] {
  return arms.flatMap((arm) => {
    const points = new Set(arm.completed.flatMap(({ curve }) => curve.map(({ at }) => at)));
    return [...points]
      .sort((left, right) => left - right)
      .flatMap((at) => {
        const valueIn = (curve: readonly RecordedPoint[]) =>
          curve.find((point) => point.at === at)?.values[name] ?? null;
        const values = measuredOnly(arm.completed.map(({ curve }) => valueIn(curve)));
        const value = values.length === arm.completed.length ? mean(values) : null;
        if (value === null || (axis.logarithmic && value <= 0)) return [];
        return [{ ...lineOf(arm, lookOf), at, value: axis.times * value }];
      });
  });
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
  /** MACs of the dense model over the arm's; null where either was not counted. */
  speedUp: number | null;
}

/** The compressed arms of one model and data set. */
export function budgetPoints(arms: readonly ArmSummary[], lookOf: LookOf): BudgetPoint[] {
  const denseMacs = denseMean(arms, 'macs');
  return arms.flatMap((arm) => {
    const center = arm.value.mean;
    if (isDense(arm) || budgetOf(arm) === null || center === null) return [];
    const scale = shownScale(arm.metric);
    const reach = meanReach([...arm.values.values()]) ?? 0;
    const { ratio, macs } = arm.means;
    const speedUp = denseMacs === null || macs === null || macs === 0 ? null : denseMacs / macs;
    const [value, low, high] = [scale * center, scale * (center - reach), scale * (center + reach)];
    return [{ ...lineOf(arm, lookOf), value, low, high, ratio, speedUp }];
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
