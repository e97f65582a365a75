import { isPretraining } from '../../../harness/spec/pretraining.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import { holm, significance } from '../../../harness/statistics/holm.ts';
import { effectFound } from '../../../harness/statistics/power.ts';
import { twoSidedQuantile } from '../../../harness/statistics/student-t.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { type ArmTest, comparisonWithin, twoSidedP, upperTail } from '../../arms/arm-test.ts';
import { budgetOf, isDense, isTuned, methodOf } from '../../arms/coordinates.ts';
import { detailMean, leastBelowUnigram } from './masked-token-section.ts';

/** What spectral initialization (SI) and Frobenius decay (FD) change, alone and together. */
export const partNames = [
  'SI, under weight decay',
  'SI, under FD',
  'FD, from default initialization',
  'FD, from SI',
  'SI and FD together',
  'SI and FD against the thinner dense encoder',
  'SI and FD against the dense encoder',
] as const;
export type PartName = (typeof partNames)[number];

/** One of them, of the low-rank arms of a budget under one optimizer. */
export interface Part {
  place: string;
  budget: number | null;
  optimizer: string;
  what: PartName;
  with: ArmSummary;
  without: ArmSummary;
  /** With - without. */
  test: ArmTest;
  /** Two-sided, corrected over all parts of the place (Holm). */
  adjustedP: number | null;
  verdict: 'better' | 'worse' | 'open' | 'untested';
  /**
   * The least true difference that the test, at an unadjusted level of 0.05, finds with a probability of 0.8; null: no
   * test.
   */
  found: number | null;
  /** Why the setting tests nothing, a clause each. */
  obstacles: readonly string[];
}

/** The power that a test is asked for. */
const power = 0.8;

/** Shares of right answers between which a dense encoder leaves something to be told. */
const answered = { least: 0.2, most: 0.98 };

/** Every part that the arms of a kind allow, by place, budget and optimizer. */
export function partsOf(arms: readonly ArmSummary[]): Part[] {
  return [...byPlace(arms)].flatMap(([place, all]) => {
    const members = all.filter((arm) => !isTuned(arm) && factorOf(arm, 'decay') === null);
    const compare = comparisonWithin(members);
    const pairs = members
      .filter((arm) => methodOf(arm) === 'low-rank' && isOf(arm, 'spectral', 'frobenius-decay'))
      .flatMap((both) => pairsOf(both, members))
      .map((pair) => ({ ...pair, test: compare(pair.with, pair.without) }));
    const adjusted = holm(pairs.map(({ test }) => twoSidedP(test)));
    return pairs.map((pair, index): Part => {
      const adjustedP = adjusted[index] ?? null;
      const obstacles = obstaclesOf(members, pair.optimizer, compare);
      const verdict = obstacles.length > 0 ? 'untested' : verdictOf(pair.test, adjustedP);
      return { place, ...pair, adjustedP, obstacles, verdict, found: leastFound(pair.test) };
    });
  });
}

interface Pair {
  budget: number | null;
  optimizer: string;
  what: PartName;
  with: ArmSummary;
  without: ArmSummary;
}

function pairsOf(both: ArmSummary, members: readonly ArmSummary[]): Pair[] {
  const alike = members.filter(
    (arm) => methodOf(arm) === 'low-rank' && budgetOf(arm) === budgetOf(both) && optimizerOf(arm) === optimizerOf(both),
  );
  const like = (init: string, regularizer: string) => alike.find((arm) => isOf(arm, init, regularizer));
  const [neither, si, fd] = [
    // FLAMBé as it is read has no form without Frobenius decay but LAMB.
    like('default', 'weight-decay') ?? lambTwin(both, members, 'default'),
    like('spectral', 'weight-decay') ?? lambTwin(both, members, 'spectral'),
    like('default', 'frobenius-decay'),
  ];
  const decayed = members.filter((arm) => factorOf(arm, 'regularizer') === 'weight-decay');
  const rival = (isRival: (arm: ArmSummary) => boolean) => {
    const rivals = decayed.filter(isRival);
    return rivals.find((arm) => optimizerOf(arm) === withoutFrobenius(optimizerOf(both)));
  };
  const narrow = rival((arm) => methodOf(arm) === 'narrow' && budgetOf(arm) === budgetOf(both));
  const dense = rival(isDense);
  const found: readonly [PartName, ArmSummary | undefined, ArmSummary | undefined][] = [
    // Of FLAMBé these are LAMB's, and are told there.
    ['SI, under weight decay', optimizerOf(both) === 'flambe-as-read' ? undefined : si, neither],
    ['SI, under FD', both, fd],
    ['FD, from default initialization', fd, neither],
    ['FD, from SI', both, si],
    ['SI and FD together', both, neither],
    ['SI and FD against the thinner dense encoder', both, narrow],
    ['SI and FD against the dense encoder', both, dense],
  ];
  const setting = { budget: budgetOf(both), optimizer: optimizerOf(both) };
  return found.flatMap(([what, one, other]) =>
    one === undefined || other === undefined ? [] : [{ ...setting, what, with: one, without: other }],
  );
}

/** The same arm under weight decay and LAMB, where FLAMBé has no such arm. */
function lambTwin(both: ArmSummary, members: readonly ArmSummary[], init: string): ArmSummary | undefined {
  if (optimizerOf(both) !== 'flambe-as-read') return undefined;
  return members.find(
    (arm) =>
      methodOf(arm) === 'low-rank' &&
      budgetOf(arm) === budgetOf(both) &&
      optimizerOf(arm) === 'lamb' &&
      isOf(arm, init, 'weight-decay'),
  );
}

function withoutFrobenius(optimizer: string): string {
  return optimizer === 'flambe-as-read' ? 'lamb' : optimizer;
}

/** The optimizer of an arm; one that does not say has the training's. */
function optimizerOf(arm: ArmSummary): string {
  return String(factorOf(arm, 'optimizer') ?? 'adam');
}

function isOf(arm: ArmSummary, init: string, regularizer: string): boolean {
  return factorOf(arm, 'init') === init && factorOf(arm, 'regularizer') === regularizer;
}

/** Why the setting can test nothing, a clause each: what the dense encoder under the optimizer comes to. */
function obstaclesOf(
  members: readonly ArmSummary[],
  optimizer: string,
  compare: ReturnType<typeof comparisonWithin>,
): string[] {
  const dense = members.filter((arm) => isDense(arm) && optimizerOf(arm) === withoutFrobenius(optimizer));
  const decayed = dense.find((arm) => factorOf(arm, 'regularizer') === 'weight-decay');
  const plain = dense.find((arm) => factorOf(arm, 'regularizer') === 'none');
  if (decayed === undefined || decayed.completed.length === 0)
    return ['no dense encoder shows that this training learns'];
  const reasons: string[] = [];
  if (isPretraining(decayed.config)) {
    const below = detailMean(decayed, 'below_unigram');
    if (below === null || below < leastBelowUnigram) {
      reasons.push(
        `the dense encoder ends ${below === null ? 'nowhere' : `${below.toFixed(2)} nats`} below the unigram entropy, ` +
          `less than ${leastBelowUnigram}`,
      );
    }
  } else {
    const f1 = decayed.value.mean ?? 0;
    if (f1 < answered.least) reasons.push(`the dense encoder’s F1 is ${(100 * f1).toFixed(1)} %: it hardly answers`);
    if (f1 > answered.most)
      reasons.push(`the dense encoder’s F1 is ${(100 * f1).toFixed(1)} %: nothing is left to gain`);
  }
  if (plain !== undefined) {
    const test = compare(plain, decayed);
    const p = upperTail(test);
    if (p !== null && p <= significance) reasons.push('weight decay at this λ makes the dense encoder worse');
  }
  return reasons;
}

function verdictOf({ difference }: ArmTest, adjustedP: number | null): Part['verdict'] {
  if (adjustedP === null || difference === null || adjustedP > significance) return 'open';
  return difference > 0 ? 'better' : 'worse';
}

function leastFound({ df, standardError }: ArmTest): number | null {
  if (df === null || standardError === null) return null;
  return standardError * effectFound({ critical: twoSidedQuantile(significance, df), df, least: 0 }, power);
}
