import { counted } from '../../baselines/wording.ts';
import { significance } from '../../harness/statistics/holm.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { type ArmSummary, gainsOf } from './arm-summary.ts';
import type { ArmTest, Compare } from './arm-test.ts';
import { upperTail } from './arm-test.ts';
import type { TestedArm } from './tested-arm.ts';

/** The arm of the best mean, and what the data say of each other one. */
export interface Best<A = ArmSummary> {
  arm: A;
  /** All other arms with a result, the best mean first. */
  rivals: Rival<A>[];
  /** Every rival is significantly worse. */
  established: boolean;
}

/** An arm beside the best. */
export interface Rival<A = ArmSummary> {
  arm: A;
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
export function bestOf<A extends TestedArm>(arms: readonly A[], compare: Compare): Best<A> | null {
  const sorted = arms
    .flatMap((arm) => {
      const gain = mean([...gainsOf(arm).values()]);
      return gain === null ? [] : [{ arm, gain }];
    })
    .sort((left, right) => right.gain - left.gain)
    .map(({ arm }) => arm);
  const seeds = Math.max(...sorted.map(({ values }) => values.size));
  const best = sorted.find(({ values }) => values.size === seeds);
  if (!best) return null;
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

/** ` of the arms with 4 seeds`, where one with fewer has a better mean. */
export function amongText<A extends TestedArm>({ arm, rivals }: Best<A>): string {
  const seeds = arm.values.size;
  const isPassed = rivals.some(({ arm: rival, test }) => rival.values.size < seeds && (test.difference ?? 0) < 0);
  return isPassed ? ` of the arms with ${counted(seeds, 'seed')}` : '';
}
