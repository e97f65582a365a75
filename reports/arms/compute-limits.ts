import { denseMean } from './arm-groups.ts';
import type { ArmSummary } from './arm-summary.ts';
import type { Best } from './best-arms.ts';
import { bestOf } from './best-arms.ts';
import { contestsOf } from './contests.ts';
import { computeOf } from './tuning-lanes.ts';

/** The best arm of a contest among those whose training, and grid, cost no more than a limit. */
export interface LimitedBest {
  /** The contest's name. */
  contest: string | null;
  /** In the dense model's total training MACs; infinite: all arms. */
  limit: number;
  best: Best;
  /** What the best arm's training cost, and of a tuned arm its grid, in the same unit. */
  compute: number;
}

const limits = [0.25, 0.5, 1, 2, 4, Number.POSITIVE_INFINITY];

/** Scores on a few batches put a method a little above the training that it scores for. */
const tolerance = 1.05;

/** For one model and data set: the best at each budget and limit that admits an arm more than the one before. */
export function bestWithinCompute(arms: readonly ArmSummary[]): LimitedBest[] {
  const dense = denseMean(arms, 'training_macs');
  if (dense === null || dense === 0) return [];
  return contestsOf(arms).flatMap(({ name: contest, arms: group, compare }) => {
    const priced = group.flatMap((arm) => {
      const macs = computeOf(arm);
      return macs === null || arm.value.mean === null ? [] : [{ arm, compute: macs / dense }];
    });
    let admitted = 0;
    return limits.flatMap((limit) => {
      const within = priced.filter(({ compute }) => compute <= limit * tolerance);
      if (within.length === admitted) return [];
      admitted = within.length;
      const best = bestOf(
        within.map(({ arm }) => arm),
        compare,
      );
      const compute = within.find(({ arm }) => arm === best?.arm)?.compute;
      return best && compute !== undefined ? [{ contest, limit, best, compute }] : [];
    });
  });
}
