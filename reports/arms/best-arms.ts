import { factorOf } from '../../harness/spec/words.ts';
import { significance } from '../statistics/statistics.ts';
import { byBudget } from './arm-groups.ts';
import { type ArmSummary, meanGain } from './arm-summary.ts';
import type { ArmTest } from './arm-test.ts';
import { comparisonWithin, upperTail } from './arm-test.ts';
import { budgetOf, isBudgetOfMacs, isDense, methodOf } from './coordinates.ts';

/** The arm of the best mean, and what the data say of each other one. */
export interface Best {
  arm: ArmSummary;
  /** All other arms with a result, the best mean first. */
  rivals: Rival[];
  /** Every rival is significantly worse. */
  established: boolean;
}

/** An arm beside the best. */
export interface Rival {
  arm: ArmSummary;
  /** The best arm against this one. */
  test: ArmTest;
  adjustedP: number | null;
  /** False: cannot be told from the best. */
  worse: boolean;
}

/**
 * The best of `arms`; null where none has a result. Arms that lost a seed which others completed are rivals, but not
 * the best: what made the seed fail is no chance.
 *
 * The best is chosen on the data that test it. So p is one-sided and multiplied by the number of rivals (Bonferroni):
 * an arm i in truth best is called worse only if some one of the k - 1 others beats it at the level 0.05 / (k - 1),
 * which has a chance of at most 0.05, whichever the data choose (subset selection, Gupta 1965). A step-down correction
 * would not do.
 */
export function bestOf(arms: readonly ArmSummary[]): Best | null {
  const sorted = arms
    .flatMap((arm) => {
      const gain = meanGain(arm);
      return gain === null ? [] : [{ arm, gain }];
    })
    .sort((left, right) => right.gain - left.gain)
    .map(({ arm }) => arm);
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

/** Arms that compete: those of one budget, or all where there are no budgets. */
export interface Contest {
  /** `0.1`, or `0.1, with decay`; null: not of a budget. */
  name: string | null;
  arms: ArmSummary[];
}

/**
 * The contests of a kind, model and data set. Where only some methods were trained without decay, which can help or
 * hurt by many points, the arms with decay compete once more among themselves: like with like.
 */
export function contestsOf(arms: readonly ArmSummary[]): Contest[] {
  // What takes as many operations as an arm of the budget has other parameters: it competes in the Pareto sets.
  const budgets = byBudget(arms.filter((arm) => !isBudgetOfMacs(arm)));
  const contests = [...budgets].flatMap(([budget, group]) => decayContests(String(budget), group));
  const others = budgets.size === 0 ? [...arms] : arms.filter((arm) => !isDense(arm) && budgetOf(arm) === null);
  return others.length === 0 ? contests : [...contests, { name: null, arms: others }];
}

function decayContests(budget: string, group: ArmSummary[]): Contest[] {
  const decays = (arm: ArmSummary) => factorOf(arm, 'regularizer') !== 'none';
  const decaying = group.filter(decays);
  const methods = (members: readonly ArmSummary[]) => new Set(members.map(methodOf)).size;
  const without = methods(group.filter((arm) => !decays(arm)));
  const all = { name: budget, arms: group };
  if (without === 0 || without === methods(group) || methods(decaying) < 2) return [all];
  return [all, { name: `${budget}, with decay`, arms: decaying }];
}
