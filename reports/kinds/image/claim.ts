import { factorOf } from '../../../harness/spec/words.ts';
import { byBudget, byPlace, isMasked } from '../../arms/arm-groups.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import type { ArmTest } from '../../arms/arm-test.ts';
import { comparisonWithin, upperTail } from '../../arms/arm-test.ts';
import { isDense, isNarrow, methodOf } from '../../arms/coordinates.ts';
import { holm, significance } from '../../statistics/statistics.ts';
import { twoSidedTail } from '../../statistics/student-t.ts';

/**
 * Low-rank layers with spectral initialization and Frobenius decay beat sparse methods of as many parameters (Khodak et
 * al. 2021, section 4): one model, data set and budget.
 */
export interface Claim {
  place: string;
  budget: number;
  /** Low-rank, spectral, Frobenius decay. */
  ours: ArmSummary;
  rivals: ClaimRival[];
  /** Shown: above every sparse arm; refuted: below one at least; each significantly. */
  outcome: 'shown' | 'refuted' | 'not established';
  /**
   * What weight decay takes from the dense network here, a fraction; null where that is not significant or not known.
   */
  decayCosts: number | null;
}

/** A sparse arm beside the low-rank one. */
export interface ClaimRival {
  arm: ArmSummary;
  /** Ours - sparse. */
  test: ArmTest;
  /** Two-sided, corrected over the sparse arms of this budget (Holm). */
  adjustedP: number | null;
  verdict: 'above' | 'below' | 'open';
}

/** One claim for every model, data set and budget with the low-rank arm and a sparse one. */
export function claimsOf(arms: readonly ArmSummary[]): Claim[] {
  const methods = sparseMethods(arms);
  return [...byPlace(arms)].flatMap(([place, members]) =>
    [...byBudget(members)].flatMap(([budget, group]) => {
      const ours = group.find(isOurs);
      const sparse = group.filter((arm) => methods.has(methodOf(arm)));
      if (!ours || sparse.length === 0) return [];
      return [{ ...claimOf(place, budget, ours, sparse, group), decayCosts: decayCosts(members) }];
    }),
  );
}

function claimOf(
  place: string,
  budget: number,
  ours: ArmSummary,
  sparse: readonly ArmSummary[],
  group: readonly ArmSummary[],
): Omit<Claim, 'decayCosts'> {
  const compare = comparisonWithin(group);
  const tests = sparse.map((arm) => ({ arm, test: compare(ours, arm) }));
  const adjusted = holm(tests.map(({ test: { t, df } }) => (t === null || df === null ? null : twoSidedTail(t, df))));
  const rivals = tests.map(({ arm, test }, i): ClaimRival => {
    const adjustedP = adjusted[i] ?? null;
    if (adjustedP === null || adjustedP > significance) return { arm, test, adjustedP, verdict: 'open' };
    return { arm, test, adjustedP, verdict: (test.difference ?? 0) > 0 ? 'above' : 'below' };
  });
  const seeds = Math.max(...group.map(({ completed }) => completed.length));
  // What made a seed fail is no chance: the others alone do not show a claim.
  const whole = ours.completed.length === seeds;
  const outcome = rivals.some(({ verdict }) => verdict === 'below')
    ? 'refuted'
    : whole && rivals.every(({ verdict }) => verdict === 'above')
      ? 'shown'
      : 'not established';
  return { place, budget, ours, rivals, outcome };
}

/** A schedule that decay harms tests methods that decay in a place where they do not belong. */
function decayCosts(members: readonly ArmSummary[]): number | null {
  const dense = (name: string) => members.find((arm) => isDense(arm) && factorOf(arm, 'regularizer') === name);
  const [without, decayed] = [dense('none'), dense('weight-decay')];
  if (!without || !decayed) return null;
  const test = comparisonWithin(members)(without, decayed);
  return (upperTail(test) ?? 1) <= significance ? test.difference : null;
}

function isOurs(arm: ArmSummary): boolean {
  const [init, regularizer] = [factorOf(arm, 'init'), factorOf(arm, 'regularizer')];
  return methodOf(arm) === 'low-rank' && init === 'spectral' && regularizer === 'frobenius-decay';
}

/**
 * Methods with masked weights. A method that was counted nowhere in the run could be one, where it was trained as
 * sparse methods are: it is kept, untested, so that a claim is not shown for want of a rival's result; but not one from
 * a file, which no publication claims anything of.
 */
function sparseMethods(arms: readonly ArmSummary[]): Set<string> {
  const counted = arms.filter(({ means }) => means.parameters !== null && means.nonzero_parameters !== null);
  const factorized = arms.filter(
    (arm) =>
      factorOf(arm, 'init') !== 'default' ||
      !['none', 'weight-decay'].includes(String(factorOf(arm, 'regularizer'))) ||
      isNarrow(arm),
  );
  const known = new Set([...counted, ...factorized].map(methodOf));
  const unknown = arms.filter((arm) => !known.has(methodOf(arm)) && arm.config.methodDigest === undefined);
  return new Set([...counted.filter(isMasked), ...unknown].map(methodOf));
}
