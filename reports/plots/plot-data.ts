import { regularizerLabel } from '../../baselines/arms.ts';
import { mean, measuredOnly } from '../../baselines/moments.ts';
import type { EpochPoint } from '../../harness/record.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { denseMean, place, seriesLabel, shareOf, valuesOf } from '../arm-summary.ts';
import { meanReach } from '../statistics/statistics.ts';

/** The rows behind the plots. Fractions stay fractions; the axes format them. */

/** Arms shown in one plot: those of one model, data set and budget, and the dense arms to compare them with. */
export interface PlotGroup {
  title: string;
  arms: ArmSummary[];
}

/** One group a model, data set and budget below 1; only the dense arms, where a model has no others. */
export function plotGroups(arms: readonly ArmSummary[]): PlotGroup[] {
  const groups = new Map<string, PlotGroup>();
  for (const arm of arms) {
    const others = arms.filter((other) => place(other) === place(arm) && other.method !== 'dense');
    if (arm.method === 'dense' && others.length > 0) continue;
    const title = arm.method === 'dense' ? place(arm) : `${place(arm)}, budget ${arm.budget}`;
    const dense = arms.filter((other) => other.method === 'dense' && place(other) === place(arm));
    const group = groups.get(title) ?? { title, arms: arm.method === 'dense' ? [] : dense };
    group.arms.push(arm);
    groups.set(title, group);
  }
  return [...groups.values()];
}

/** What colours and dashes an arm: dense arms have colours of their own. */
export interface Style {
  color: string;
  init: string;
}

export function styleOf(arm: ArmSummary): Style {
  const regularizer = regularizerLabel(arm);
  return { color: arm.method === 'dense' ? `dense, ${regularizer}` : regularizer, init: arm.init };
}

export interface SeedPoint extends Style {
  arm: string;
  value: number;
}

export function seedPoints(arms: readonly ArmSummary[]): SeedPoint[] {
  return arms.flatMap((arm) =>
    measuredOnly(arm.completed.map(shareOf)).map((value) => ({
      arm: seriesLabel(arm),
      value,
      ...styleOf(arm),
    })),
  );
}

export interface MeanPoint extends Style {
  arm: string;
  mean: number;
  /** mean ± sample standard deviation; the mean itself for one seed. */
  low: number;
  high: number;
}

export function meanPoints(arms: readonly ArmSummary[]): MeanPoint[] {
  return arms.flatMap((arm) => {
    const { mean: center, sd } = arm.value;
    if (center === null) return [];
    const [low, high] = [center - (sd ?? 0), center + (sd ?? 0)];
    return [
      {
        arm: seriesLabel(arm),
        mean: center,
        low,
        high,
        ...styleOf(arm),
      },
    ];
  });
}

function lineOf(arm: ArmSummary) {
  const { method, regularizer } = arm;
  return { arm: seriesLabel(arm), method, regularizer, ...styleOf(arm) };
}

export interface CurvePoint extends Style {
  arm: string;
  method: string;
  regularizer: string;
  epoch: number;
  value: number;
}

/** A field of the curves, mean over the arm's completed seeds, at the epochs where every one of them measured it. */
export function curvePoints(
  arms: readonly ArmSummary[],
  field: 'test_accuracy' | 'effective_learning_rate' | 'perplexity',
): CurvePoint[] {
  return arms.flatMap((arm) => {
    const epochs = new Set(arm.completed.flatMap(({ curve }) => curve.map(({ epoch }) => epoch)));
    return [...epochs]
      .sort((left, right) => left - right)
      .flatMap((epoch) => {
        const at = (points: EpochPoint[]) => points.find((point) => point.epoch === epoch)?.[field] ?? null;
        const values = measuredOnly(arm.completed.map(({ curve }) => at(curve)));
        const value = values.length === arm.completed.length ? mean(values) : null;
        return value === null ? [] : [{ ...lineOf(arm), epoch, value }];
      });
  });
}

export interface BudgetPoint extends Style {
  /** The same for an arm at all budgets: the line that the point is on. */
  arm: string;
  method: string;
  regularizer: string;
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
export function budgetPoints(arms: readonly ArmSummary[]): BudgetPoint[] {
  const denseMacs = denseMean(arms, 'macs');
  return arms.flatMap((arm) => {
    const value = arm.value.mean;
    if (arm.method === 'dense' || value === null) return [];
    const reach = meanReach(valuesOf(arm)) ?? 0;
    const { ratio, macs } = arm.means;
    const speedUp = denseMacs === null || macs === null || macs === 0 ? null : denseMacs / macs;
    return [{ ...lineOf(arm), value, low: value - reach, high: value + reach, ratio, speedUp }];
  });
}

/** Holds all means with some room. Intervals of two or three seeds are wide, and would leave the means no room to differ. */
export function scoreDomain(points: readonly BudgetPoint[], level: number | null): [number, number] {
  const values = [...points.map(({ value }) => value), ...(level === null ? [] : [level])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.01, 0.15 * (high - low));
  return [Math.max(0, low - room), Math.min(1, high + room)];
}
