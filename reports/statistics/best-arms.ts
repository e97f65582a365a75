import type { ArmSummary } from '../arm-summary.ts';
import { byBudget } from '../arm-summary.ts';
import type { ArmTest } from './arm-test.ts';
import { comparisonWithin, upperTail } from './arm-test.ts';
import { significance } from './statistics.ts';

/** The arm of the highest mean, and what the data say of each other one. */
export interface Best {
  arm: ArmSummary;
  /** All other arms with a result, by falling mean. */
  rivals: Rival[];
  /** Every rival is significantly worse. */
  established: boolean;
}

export interface Rival {
  arm: ArmSummary;
  /** The best arm against this one. */
  test: ArmTest;
  adjustedP: number | null;
  /** False: cannot be told from the best. */
  worse: boolean;
}

/**
 * The best of `arms`; null where none has a result. Arms that lost a seed which others completed are rivals, but not the
 * best: what made the seed fail is no chance.
 *
 * The best is chosen on the data that test it. So p is one-sided and multiplied by the number of rivals (Bonferroni): an
 * arm i in truth best is called worse only if some one of the k - 1 others beats it at the level 0.05 / (k - 1), which has a
 * chance of at most 0.05, whichever the data choose (subset selection, Gupta 1965). A step-down correction would not do.
 */
export function bestOf(arms: readonly ArmSummary[]): Best | null {
  const sorted = arms
    .filter(({ value }) => value.mean !== null)
    .sort((left, right) => right.value.mean! - left.value.mean!);
  const seeds = Math.max(...sorted.map(({ completed }) => completed.length));
  const best = sorted.find(({ completed }) => completed.length === seeds);
  if (!best) return null;
  const compare = comparisonWithin(sorted);
  const rivals = sorted
    .filter((arm) => arm !== best)
    .map((arm) => {
      const test = compare(best, arm);
      const p = upperTail(test);
      const adjustedP = p === null ? null : Math.min(1, p * (sorted.length - 1));
      return { arm, test, adjustedP, worse: adjustedP !== null && adjustedP <= significance };
    });
  return { arm: best, rivals, established: rivals.length > 0 && rivals.every(({ worse }) => worse) };
}

/** Arms that compete: those of one budget. */
export interface Contest {
  /** `0.1`, or `0.1, with decay`. */
  name: string;
  arms: ArmSummary[];
}

/**
 * The contests of a model and data set. Where only some methods were trained without decay, which can help or hurt by many
 * points, the arms with decay compete once more among themselves: like with like.
 */
export function contestsOf(arms: readonly ArmSummary[]): Contest[] {
  return [...byBudget(arms)].flatMap(([budget, group]) => {
    const decaying = group.filter(({ regularizer }) => regularizer !== 'none');
    const methods = (members: readonly ArmSummary[]) => new Set(members.map(({ method }) => method)).size;
    const without = methods(group.filter(({ regularizer }) => regularizer === 'none'));
    const all = { name: String(budget), arms: group };
    if (without === 0 || without === methods(group) || methods(decaying) < 2) return [all];
    return [all, { name: `${budget}, with decay`, arms: decaying }];
  });
}
