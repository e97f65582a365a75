import { significance } from '../../harness/statistics/holm.ts';
import { type ArmSummary, meanGain } from './arm-summary.ts';
import type { ArmTest, Compare } from './arm-test.ts';
import { upperTail } from './arm-test.ts';

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
export function bestOf(arms: readonly ArmSummary[], compare: Compare): Best | null {
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
