import { mean, measuredOnly } from '../baselines/moments.ts';
import type { EpochPoint } from '../harness/record.ts';
import type { ArmSummary } from './arm-summary.ts';
import { place } from './arm-summary.ts';

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

export function styleOf({ method, init, regularizer }: ArmSummary): Style {
  return { color: method === 'dense' ? `dense, ${regularizer}` : regularizer, init };
}

/** `low-rank, spectral, frobenius-decay`: unique within a group. */
export function shortLabel({ method, init, regularizer }: ArmSummary): string {
  return `${method}, ${init}, ${regularizer}`;
}

export interface SeedPoint extends Style {
  arm: string;
  value: number;
}

export function seedPoints(arms: readonly ArmSummary[]): SeedPoint[] {
  return arms.flatMap((arm) =>
    measuredOnly(arm.completed.map((record) => record.value)).map((value) => ({
      ...{ arm: shortLabel(arm), value },
      ...styleOf(arm),
    })),
  );
}

export interface MeanPoint extends Style {
  arm: string;
  method: string;
  mean: number;
  /** mean ± sample standard deviation; the mean itself for one seed. */
  low: number;
  high: number;
  /** Parameters that are not masked. */
  parameters: number | null;
}

export function meanPoints(arms: readonly ArmSummary[]): MeanPoint[] {
  return arms.flatMap((arm) => {
    const { mean: center, sd } = arm.value;
    if (center === null) return [];
    const [low, high] = [center - (sd ?? 0), center + (sd ?? 0)];
    const { method } = arm;
    return [
      {
        arm: shortLabel(arm),
        method,
        mean: center,
        low,
        high,
        parameters: arm.means.nonzero_parameters,
        ...styleOf(arm),
      },
    ];
  });
}

export interface CurvePoint extends Style {
  arm: string;
  epoch: number;
  value: number;
}

/** A field of the curves, mean over the arm's completed seeds, at the epochs where every one of them measured it. */
export function curvePoints(
  arms: readonly ArmSummary[],
  field: 'test_accuracy' | 'effective_learning_rate',
): CurvePoint[] {
  return arms.flatMap((arm) => {
    const epochs = new Set(arm.completed.flatMap(({ curve }) => curve.map(({ epoch }) => epoch)));
    return [...epochs]
      .sort((left, right) => left - right)
      .flatMap((epoch) => {
        const at = (points: EpochPoint[]) => points.find((point) => point.epoch === epoch)?.[field] ?? null;
        const values = measuredOnly(arm.completed.map(({ curve }) => at(curve)));
        const value = values.length === arm.completed.length ? mean(values) : null;
        return value === null ? [] : [{ arm: shortLabel(arm), epoch, value, ...styleOf(arm) }];
      });
  });
}
