import { grouped } from '../../baselines/arms.ts';
import { gainOf } from '../../harness/spec/metrics.ts';
import { mean, sampleDeviation } from '../../harness/statistics/moments.ts';
import { byBudget } from '../arms/arm-groups.ts';
import { bestOf } from '../arms/best-arms.ts';
import { type Contest, contestsWithDense, contestText } from '../arms/contests.ts';
import { placeOf, type TuningLane } from '../arms/coordinates.ts';
import type { TestedArm } from '../arms/tested-arm.ts';
import type { ClaimScope } from '../claims/claim-scope.ts';

/** Arms that compete, like with like: of one suite, model, data set, budget and lane. */
export interface Leaderboard {
  suite: string;
  profile: string;
  place: string;
  /** `budget 0.1, weight-decay`, `dense`; empty: all arms of a kind without budgets. */
  contest: string;
  /** Null: the kind has none, or the arms are dense. */
  budget: number | null;
  lane: TuningLane;
  /** Whether its arms compete at all: by operations they have budgets of their own. */
  competing: boolean;
  /** The best mean first. */
  ranks: Rank[];
}

/** An arm on its place. */
export interface Rank {
  arm: TestedArm;
  mean: number;
  sd: number | null;
  seeds: number;
  /** From 1 on: arms of a group cannot be told from its best one; null: a single seed tells nothing. */
  group: number | null;
}

/** One for each contest at each model and data set of a scope: dense arms first, then the largest budgets. */
export function leaderboardsOf({ suite, profile, arms }: ClaimScope): Leaderboard[] {
  // Kinds may share a model and a data set.
  const places = grouped(arms, (arm) => `${arm.kind} ${placeOf(arm)}`);
  return [...places.values()].flatMap((members) => {
    const contests = contestsWithDense(members);
    const inContests = new Set(contests.flatMap((contest) => contest.arms));
    // What has as many operations as an arm of a budget, and other parameters, competes with none.
    const apart = members.filter((arm) => !inContests.has(arm));
    const boards = [
      ...contests.map((contest) => ({
        ...contest,
        contest: contestText(contest),
        competing: true,
        groups: groupsOf(contest),
      })),
      ...[...byBudget(apart)].map(([budget, own]) => {
        return {
          contest: `budget ${budget} by operations`,
          budget,
          lane: null,
          competing: false,
          arms: own,
          groups: new Map(),
        };
      }),
    ];
    return boards.flatMap(({ arms: own, groups, lane, contest, budget, competing }): Leaderboard[] => {
      const ranks = ranksOf(own, groups);
      const [first] = ranks;
      if (first === undefined) return [];
      return [{ suite, profile, place: placeOf(first.arm), contest, budget, lane: lane ?? 'shared', competing, ranks }];
    });
  });
}

function ranksOf(arms: readonly TestedArm[], groups: ReadonlyMap<TestedArm, number>): Rank[] {
  const ranks = arms.flatMap((arm) => {
    const values = [...arm.values.values()];
    const level = mean(values);
    if (level === null) return [];
    return [{ arm, mean: level, sd: sampleDeviation(values), seeds: values.length, group: groups.get(arm) ?? null }];
  });
  return ranks.sort((left, right) => gainOf(right.arm.metric, right.mean) - gainOf(left.arm.metric, left.mean));
}

/**
 * The best arm and all that are not significantly worse than it are a group; so are the best of the rest and its equals,
 * and so on. Arms of one seed are in none.
 */
function groupsOf({ arms, compare }: Contest<TestedArm>): Map<TestedArm, number> {
  const groups = new Map<TestedArm, number>();
  let left = arms.filter(({ values }) => values.size > 1);
  for (let group = 1; left.length > 0; group++) {
    const best = bestOf(left, compare);
    if (best === null) break;
    groups.set(best.arm, group);
    for (const { arm, worse } of best.rivals) if (!worse) groups.set(arm, group);
    left = left.filter((arm) => !groups.has(arm));
  }
  return groups;
}
