import type { ArmSummary } from './arm-summary.ts';
import { byBudget, byPlace } from './arm-summary.ts';
import type { ArmTest } from './arm-test.ts';
import { comparisonWithin } from './arm-test.ts';
import { holm, significance } from './statistics.ts';
import { twoSidedTail } from './student-t.ts';

/**
 * Low-rank layers with spectral initialization and Frobenius decay beat sparse methods of as many parameters (Khodak et al.
 * 2021, section 4): one model, data set and budget.
 */
export interface Claim {
  place: string;
  budget: number;
  /** Low-rank, spectral, Frobenius decay. */
  ours: ArmSummary;
  rivals: ClaimRival[];
  /** Shown: above every sparse arm; refuted: below one at least; each significantly. */
  outcome: 'shown' | 'refuted' | 'not established';
}

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
      const sparse = group.filter(({ method }) => methods.has(method));
      return ours && sparse.length > 0 ? [claimOf(place, budget, ours, sparse, group)] : [];
    }),
  );
}

function claimOf(
  place: string,
  budget: number,
  ours: ArmSummary,
  sparse: readonly ArmSummary[],
  group: readonly ArmSummary[],
): Claim {
  const compare = comparisonWithin(group);
  const tests = sparse.map((arm) => compare(ours, arm));
  const adjusted = holm(tests.map(({ t, df }) => (t === null || df === null ? null : twoSidedTail(t, df))));
  const rivals = sparse.map((arm, i): ClaimRival => {
    const [test, adjustedP] = [tests[i]!, adjusted[i]!];
    if (adjustedP === null || adjustedP > significance) return { arm, test, adjustedP, verdict: 'open' };
    return { arm, test, adjustedP, verdict: test.difference! > 0 ? 'above' : 'below' };
  });
  const outcome = rivals.some(({ verdict }) => verdict === 'below')
    ? 'refuted'
    : rivals.every(({ verdict }) => verdict === 'above')
      ? 'shown'
      : 'not established';
  return { place, budget, ours, rivals, outcome };
}

function isOurs({ method, init, regularizer }: ArmSummary): boolean {
  return method === 'low-rank' && init === 'spectral' && regularizer === 'frobenius-decay';
}

/**
 * Methods with masked weights. A method that was counted nowhere in the run could be one: it is kept, untested, so that a
 * claim is not shown for want of a rival's result.
 */
function sparseMethods(arms: readonly ArmSummary[]): Set<string> {
  const counted = arms.filter(({ means }) => means.parameters !== null && means.nonzero_parameters !== null);
  const masked = counted.filter(({ means }) => means.nonzero_parameters! < means.parameters!);
  const known = new Set(['low-rank', ...counted.map(({ method }) => method)]);
  const unknown = arms.filter(({ method }) => !known.has(method));
  return new Set([...masked, ...unknown].map(({ method }) => method));
}
