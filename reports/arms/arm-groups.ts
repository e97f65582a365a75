import { grouped } from '../../baselines/arms.ts';
import type { ArmCoordinates } from '../../harness/cell-name.ts';
import { mean, measuredOnly } from '../../harness/statistics/moments.ts';
import type { ArmSummary, MeanField } from './arm-summary.ts';
import { budgetOf, isDense, placeOf, type TuningLane } from './coordinates.ts';
import { lanesOf } from './tuning-lanes.ts';

/** Arms that belong together. */

/** Arms by kind of task, in order. */
export function byKind(arms: readonly ArmSummary[]): Map<string, ArmSummary[]> {
  return grouped(arms, ({ kind }) => kind);
}

/** Arms of one kind by model and data set, in order. */
export function byPlace<A extends ArmCoordinates>(arms: readonly A[]): Map<string, A[]> {
  return grouped(arms, placeOf);
}

/** Whether an arm meets a budget. */
export function isCompressed(arm: ArmSummary): boolean {
  return !isDense(arm) && budgetOf(arm) !== null;
}

/** The compressed arms by budget, the largest first; empty for a kind without budgets. */
export function byBudget<A extends Pick<ArmCoordinates, 'factors'>>(arms: readonly A[]): Map<number, A[]> {
  const compressed = arms.flatMap((arm) => {
    const budget = budgetOf(arm);
    return isDense(arm) || budget === null ? [] : [{ arm, budget }];
  });
  const budgets = grouped(compressed, ({ budget }) => budget);
  return new Map(
    [...budgets]
      .sort(([left], [right]) => right - left)
      .map(([budget, members]) => [budget, members.map(({ arm }) => arm)]),
  );
}

/**
 * Whether the arm meets its budget by masks: its network has all weights of the dense one, and the budget's share of
 * them is not zero. A factor may hold a zero too.
 */
export function isMasked({ means: { parameters, nonzero_parameters, ratio } }: ArmSummary): boolean {
  if (parameters === null || nonzero_parameters === null || ratio === null) return false;
  return nonzero_parameters < (parameters * (1 + ratio)) / 2;
}

/**
 * The dense arms that those of a lane are held against: the lane's own, or where it has none those of the other.
 *
 * @param arms of one place
 */
export function denseArms(arms: readonly ArmSummary[], lane: TuningLane | null = 'shared'): readonly ArmSummary[] {
  const lanes = lanesOf(arms.filter(isDense));
  return (lanes.find((dense) => dense.lane === lane) ?? lanes[0])?.arms ?? [];
}

/**
 * What the dense arms among `arms`, of one place, measured on average; null: there are none. Sizes and operations do not
 * depend on learning rate and λ, so one lane tells them of both.
 */
export function denseMean(arms: readonly ArmSummary[], field: MeanField): number | null {
  return mean(measuredOnly(denseArms(arms).map(({ means }) => means[field])));
}
