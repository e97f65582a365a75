import { grouped } from '../../baselines/arms.ts';
import { armLabelOf } from '../../harness/cell-name.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { byBudget } from './arm-groups.ts';
import type { ArmSummary } from './arm-summary.ts';
import { type Compare, comparisonWithin } from './arm-test.ts';
import { budgetOf, isBudgetOfMacs, isDense, type TuningLane } from './coordinates.ts';
import type { TestedArm } from './tested-arm.ts';
import { armRates, lanesOf, withLane } from './tuning-lanes.ts';

/** Arms that compete, like with like. */
export interface Contest<A = ArmSummary> {
  /** `0.1`, `0.1, tuned`, `0.1, weight-decay`, `weight-decay`; null: all arms of a kind without budgets. */
  name: string | null;
  budget: number | null;
  /** Null: no arm of the model and data set is tuned. */
  lane: TuningLane | null;
  arms: readonly A[];
  /** Tests among all arms of the model and data set. */
  compare: Compare;
  /** Where only arms of one regularizer compete: which were given to whom. Null: all were given the same. */
  given: string | null;
}

/**
 * The contests of a kind, model and data set: the arms of a budget, or all where there are no budgets. What competes was
 * given the same regularizers. A regularizer can help or hurt by many points, so the best of several says as much of
 * having had a choice as of the method: where some arms had it and others had not, there is no best over all of a
 * budget, but one for each regularizer. So does the choice of a learning rate and λ: each lane has contests of its own.
 */
export function contestsOf<A extends TestedArm>(arms: readonly A[]): Contest<A>[] {
  const compare = comparisonWithin(arms);
  // What takes as many operations as an arm of the budget has other parameters: it competes in the Pareto sets.
  const competing = arms.filter((arm) => !isBudgetOfMacs(arm));
  const isFree = arms.every((arm) => isDense(arm) || budgetOf(arm) === null);
  return lanesOf(competing).flatMap(({ lane, arms: members }) => {
    const contests = [...byBudget(members)].flatMap(([budget, group]) =>
      likeWithLike({ budget, lane }, group, compare),
    );
    const others = isFree ? members : members.filter((arm) => !isDense(arm) && budgetOf(arm) === null);
    return others.length === 0 ? contests : [...contests, ...likeWithLike({ budget: null, lane }, others, compare)];
  });
}

/** The same behind the dense arms that are in none of them, whose lanes are contests of their own. */
export function contestsWithDense<A extends TestedArm>(arms: readonly A[]): Contest<A>[] {
  const contests = contestsOf(arms);
  const competing = new Set(contests.flatMap((contest) => contest.arms));
  const compare = contests[0]?.compare ?? comparisonWithin(arms);
  const dense = lanesOf(arms.filter((arm) => isDense(arm) && !competing.has(arm)));
  const ofDense = dense.flatMap(({ lane, arms: own }): Contest<A>[] =>
    own.length === 0 ? [] : [{ name: withLane('dense', lane), budget: null, lane, arms: own, compare, given: null }],
  );
  return [...ofDense, ...contests];
}

/** `budget 0.1, weight-decay`; empty where the contest has no name. */
export function contestText({ name, budget }: Pick<Contest, 'name' | 'budget'>): string {
  if (name === null) return '';
  return budget === null ? name : `budget ${name}`;
}

type Where = Pick<Contest, 'budget' | 'lane'>;

function likeWithLike<A extends TestedArm>(where: Where, arms: readonly A[], compare: Compare): Contest<A>[] {
  const given = givenTo(arms);
  if (given === null) return [{ name: nameOf(where), ...where, arms, compare, given }];
  return [...grouped(arms, regularizersOf(arms))].map(([regularizer, members]) => {
    return { name: nameOf(where, regularizer), ...where, arms: members, compare, given };
  });
}

function nameOf({ budget, lane }: Where, regularizer: string | null = null): string | null {
  return [budget, lane, regularizer].filter((part) => part !== null).join(', ') || null;
}

/** What says how an arm is regularized, λ means nothing without a regularizer; and the lane, which the contest names. */
const regularizing = ['regularizer', 'decay', 'coupling', 'tuning'];

/** `low-rank, spectral: none, weight-decay / set, default; snip, default: weight-decay`; null where all were given the same. */
function givenTo(arms: readonly TestedArm[]): string | null {
  const series = grouped(arms, (arm) => armLabelOf(arm, ['budget', ...regularizing]));
  const regularizer = regularizersOf(arms);
  const sets = grouped([...series], ([, members]) => [...new Set(members.map(regularizer))].join(', '));
  if (sets.size < 2) return null;
  return [...sets].map(([set, owners]) => `${owners.map(([name]) => name).join('; ')}: ${set}`).join(' / ');
}

/** How arms are regularized: with λ, where some of them vary it and had so more choice than the others. */
function regularizersOf(arms: readonly TestedArm[]): (arm: TestedArm) => string {
  const varied = arms.some((arm) => factorOf(arm, 'decay') !== null);
  return (arm) => {
    const name = String(factorOf(arm, 'regularizer') ?? 'no regularizer');
    const { decay } = armRates(arm);
    return varied && decay !== null ? `${name} ${decay}` : name;
  };
}
