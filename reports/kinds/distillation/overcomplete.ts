import { factorOf } from '../../../harness/spec/words.ts';
import { holm, significance } from '../../../harness/statistics/holm.ts';
import { effectFound } from '../../../harness/statistics/power.ts';
import { twoSidedQuantile } from '../../../harness/statistics/student-t.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { type ArmTest, comparisonWithin, twoSidedP } from '../../arms/arm-test.ts';
import { budgetOf, isDense, methodOf } from '../../arms/coordinates.ts';
import { obstaclesOf } from '../image/setting.ts';

/** An overcomplete arm with Frobenius decay, and what it is held against. */
export interface OvercompleteClaim {
  place: string;
  /** Of more trained parameters than it keeps for inference, with Frobenius decay. */
  ours: ArmSummary;
  rivals: OvercompleteRival[];
  /** Why the setting tests nothing, a clause each. */
  obstacles: string[];
}

/**
 * What a rival is to the overcomplete arm: the dense network trained for as long; that trained for as many operations at
 * least; a wider dense network of as many trained parameters; the same factors under weight decay; a student of a
 * teacher.
 */
export const rivalNames = [
  'dense, as long',
  'dense, as much compute',
  'wider, as many parameters',
  'weight decay in place of Frobenius decay',
  'distilled from a teacher',
] as const;
export type RivalName = (typeof rivalNames)[number];

export interface OvercompleteRival {
  what: RivalName;
  arm: ArmSummary;
  /** Ours - rival. */
  test: ArmTest;
  /** Two-sided, corrected over all rivals of all overcomplete arms of the place (Holm). */
  adjustedP: number | null;
  verdict: 'above' | 'below' | 'open' | 'untested';
  /**
   * The least true difference that the test, at an unadjusted level of 0.05, finds with a probability of 0.8; null: no
   * test.
   */
  found: number | null;
}

/** The power that a test is asked for. */
const power = 0.8;

/** One claim for every model, data set and overcomplete arm with Frobenius decay that has a rival. */
export function overcompleteClaims(arms: readonly ArmSummary[]): OvercompleteClaim[] {
  return [...byPlace(arms)].flatMap(([place, members]) => {
    const compare = comparisonWithin(members);
    const pairs = members.filter(isOurs).flatMap((ours) => {
      return rivalsOf(ours, members).map(({ what, arm }) => ({ ours, what, arm, test: compare(ours, arm) }));
    });
    const adjusted = holm(pairs.map(({ test }) => twoSidedP(test)));
    const tested = pairs.map((pair, i) => ({ ...pair, adjustedP: adjusted[i] ?? null }));
    const plain = members.filter((arm) => isDense(arm) || !methodOf(arm).startsWith('dense'));
    return [...new Set(pairs.map(({ ours }) => ours))].map((ours): OvercompleteClaim => {
      const obstacles = obstaclesOf(ours, plain, compare);
      const rivals = tested
        .filter((pair) => pair.ours === ours)
        .map(({ what, arm, test, adjustedP }): OvercompleteRival => {
          const verdict = obstacles.length > 0 ? 'untested' : verdictOf(test, adjustedP);
          return { what, arm, test, adjustedP, verdict, found: leastFound(test) };
        });
      return { place, ours, rivals, obstacles };
    });
  });
}

function verdictOf({ difference }: ArmTest, adjustedP: number | null): OvercompleteRival['verdict'] {
  if (adjustedP === null || difference === null || adjustedP > significance) return 'open';
  return difference > 0 ? 'above' : 'below';
}

function leastFound({ df, standardError }: ArmTest): number | null {
  if (df === null || standardError === null) return null;
  return standardError * effectFound({ critical: twoSidedQuantile(significance, df), df, least: 0 }, power);
}

function isOurs(arm: ArmSummary): boolean {
  return isOvercomplete(arm) && factorOf(arm, 'regularizer') === 'frobenius-decay';
}

/** Whether factors hold more than the dense layer: by the ratio that records have, which is above 1. */
export function isOvercomplete({ means: { ratio }, ...arm }: ArmSummary): boolean {
  return ratio !== null && ratio > 1 && !isControl(arm);
}

function isControl(arm: Pick<ArmSummary, 'factors'>): boolean {
  return ['dense', 'wider', 'wider-deep'].includes(methodOf(arm));
}

function rivalsOf(ours: ArmSummary, members: readonly ArmSummary[]): { what: RivalName; arm: ArmSummary }[] {
  const decayed = members.filter((arm) => factorOf(arm, 'regularizer') === 'weight-decay');
  const cost = ours.means.training_macs ?? Number.POSITIVE_INFINITY;
  // Of those that computed as much, the one that computed least.
  const longer = decayed
    .filter((arm) => methodOf(arm) === 'dense' && factorOf(arm, 'epochs') !== null)
    .filter(({ means }) => (means.training_macs ?? 0) >= cost)
    .sort((left, right) => left.means.training_macs! - right.means.training_macs!);
  const wide = methodOf(ours) === 'low-rank' ? 'wider' : 'wider-deep';
  const found: Record<RivalName, ArmSummary | undefined> = {
    'dense, as long': decayed.find(isDense),
    'dense, as much compute': longer[0],
    'wider, as many parameters': decayed.find((arm) => methodOf(arm) === wide && budgetOf(arm) === budgetOf(ours)),
    'weight decay in place of Frobenius decay': decayed.find((arm) => isTwin(arm, ours)),
    'distilled from a teacher': decayed.find((arm) => factorOf(arm, 'temperature') !== null),
  };
  return rivalNames.flatMap((what) => {
    const arm = found[what];
    return arm === undefined ? [] : [{ what, arm }];
  });
}

/** Whether two arms differ in the regularizer alone. */
function isTwin(left: ArmSummary, right: ArmSummary): boolean {
  const names = [...left.factors, ...right.factors].map(({ name }) => name).filter((name) => name !== 'regularizer');
  return names.every((name) => factorOf(left, name) === factorOf(right, name));
}
