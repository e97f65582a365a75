import { grouped } from '../../baselines/arms.ts';
import { holm, significance } from '../../harness/statistics/holm.ts';
import { mean, sampleDeviation } from '../../harness/statistics/moments.ts';
import { gainsOf } from '../arms/arm-summary.ts';
import { comparisonWithin, upperTail } from '../arms/arm-test.ts';
import { budgetOf, isDense, laneOf, placeOf, type TuningLane } from '../arms/coordinates.ts';
import type { TestedArm } from '../arms/tested-arm.ts';
import type { ClaimScope } from '../claims/claim-scope.ts';

/** Arms that compete: of one suite, model, data set, budget and lane. */
export interface Leaderboard {
  suite: string;
  profile: string;
  place: string;
  /** Null: the kind has none, or the arms are dense. */
  budget: number | null;
  lane: TuningLane;
  /** The best mean first. */
  ranks: Rank[];
}

/** An arm on its place. */
export interface Rank {
  arm: TestedArm;
  mean: number;
  sd: number | null;
  seeds: number;
  /** From 1 on: arms of a group cannot be told from its first one; null: a single seed tells nothing. */
  group: number | null;
}

/** One for each model, data set, budget and lane of a scope, the largest budgets first. */
export function leaderboardsOf({ suite, profile, arms }: ClaimScope): Leaderboard[] {
  const places = grouped(arms, (arm) => `${arm.kind} ${placeOf(arm)}`);
  return [...places.values()].flatMap((members) => {
    const compare = comparisonWithin(members);
    const competing = grouped(members, (arm) => JSON.stringify([isDense(arm) ? null : budgetOf(arm), laneOf(arm)]));
    const boards = [...competing.values()].flatMap((own): Leaderboard[] => {
      const [first] = own;
      const ranks = ranksOf(own, compare);
      if (first === undefined || ranks.length === 0) return [];
      const budget = isDense(first) ? null : budgetOf(first);
      return [{ suite, profile, place: placeOf(first), budget, lane: laneOf(first), ranks }];
    });
    return boards.sort((left, right) => (right.budget ?? Infinity) - (left.budget ?? Infinity));
  });
}

type Compare = ReturnType<typeof comparisonWithin>;

function ranksOf(arms: readonly TestedArm[], compare: Compare): Rank[] {
  const measured = arms.flatMap((arm) => {
    const values = [...arm.values.values()];
    const level = mean(values);
    const gain = mean([...gainsOf(arm).values()]);
    return level === null || gain === null
      ? []
      : [{ arm, level, gain, sd: sampleDeviation(values), seeds: values.length }];
  });
  measured.sort((left, right) => right.gain - left.gain);
  const groups = groupsOf(
    measured.map(({ arm }) => arm),
    compare,
  );
  return measured.map(({ arm, level, sd, seeds }) => ({ arm, mean: level, sd, seeds, group: groups.get(arm) ?? null }));
}

/**
 * The best arm and all that are not significantly worse than it (one-sided, Holm over the others) are a group; so are
 * the best of the rest and its equals, and so on. Arms of one seed are in none.
 *
 * @param arms the best first
 */
function groupsOf(arms: readonly TestedArm[], compare: Compare): Map<TestedArm, number> {
  const groups = new Map<TestedArm, number>();
  let left = arms.filter(({ values }) => values.size > 1);
  for (let group = 1; left.length > 0; group++) {
    const [best, ...others] = left;
    const adjusted = holm(others.map((arm) => upperTail(compare(best!, arm))));
    const equal = others.filter((_, i) => (adjusted[i] ?? 1) > significance);
    for (const arm of [best!, ...equal]) groups.set(arm, group);
    left = left.filter((arm) => !groups.has(arm));
  }
  return groups;
}
