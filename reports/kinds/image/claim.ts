import { factorOf } from '../../../harness/spec/words.ts';
import { holm, significance } from '../../../harness/statistics/holm.ts';
import { byBudget, byPlace, isMasked } from '../../arms/arm-groups.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import type { ArmTest, Compare } from '../../arms/arm-test.ts';
import { comparisonWithin, twoSidedP } from '../../arms/arm-test.ts';
import { isNarrow, methodOf, type TuningLane } from '../../arms/coordinates.ts';
import { lanesOf } from '../../arms/tuning-lanes.ts';
import { knowsDecay, obstaclesOf } from './setting.ts';

/**
 * Low-rank layers with spectral initialization and Frobenius decay beat sparse methods of as many parameters (Khodak et
 * al. 2021, section 4): one model, data set, lane and budget. The sparse arms are those with weight decay, which is what
 * Frobenius decay is to weights that are not factorized.
 */
export interface Claim {
  place: string;
  /** Of whose arms; null: no arm of the model and data set is tuned, all share one learning rate and λ. */
  lane: TuningLane | null;
  budget: number;
  /** Low-rank, spectral, Frobenius decay. */
  ours: ArmSummary;
  rivals: ClaimRival[];
  outcome: Outcome;
  /** Why the setting tests nothing, a clause each. */
  obstacles: string[];
  /** Whether a dense network tells what decay does here. */
  decayKnown: boolean;
}

/**
 * `confirmed`: above every sparse arm; `refuted`: below one at least; each significantly. `inconclusive`: neither. `not
 * tested at this setting`: whatever the results, since decay itself hurts the dense network there, the dense network does
 * not train, or λ and the rate turn weights too fast; such results are of the setting.
 */
export const outcomes = ['confirmed', 'refuted', 'inconclusive', 'not tested at this setting'] as const;
export type Outcome = (typeof outcomes)[number];

/** A sparse arm beside the low-rank one. */
export interface ClaimRival {
  arm: ArmSummary;
  /** Ours - sparse. */
  test: ArmTest;
  /** Two-sided, corrected over the sparse arms of this budget (Holm). */
  adjustedP: number | null;
  verdict: 'above' | 'below' | 'open';
}

/** One claim for every model, data set, lane and budget with the low-rank arm and a sparse one. */
export function claimsOf(arms: readonly ArmSummary[]): Claim[] {
  const methods = sparseMethods(arms);
  return [...byPlace(arms)].flatMap(([place, members]) => {
    const compare = comparisonWithin(members);
    return lanesOf(members).flatMap(({ lane, arms: own }) =>
      [...byBudget(own)].flatMap(([budget, group]) => {
        const ours = group.find(isOurs);
        const decayed = group.filter((arm) => factorOf(arm, 'regularizer') !== 'none');
        const sparse = decayed.filter((arm) => methods.has(methodOf(arm)));
        if (!ours || sparse.length === 0) return [];
        const rivals = rivalsOf(ours, sparse, compare);
        const obstacles = obstaclesOf(ours, own, compare);
        const outcome = obstacles.length > 0 ? 'not tested at this setting' : outcomeOf(ours, rivals, group);
        const decayKnown = knowsDecay(ours, own, compare);
        return [{ place, lane, budget, ours, rivals, outcome, obstacles, decayKnown }];
      }),
    );
  });
}

function rivalsOf(ours: ArmSummary, sparse: readonly ArmSummary[], compare: Compare): ClaimRival[] {
  const tests = sparse.map((arm) => ({ arm, test: compare(ours, arm) }));
  const adjusted = holm(tests.map(({ test }) => twoSidedP(test)));
  return tests.map(({ arm, test }, i): ClaimRival => {
    const adjustedP = adjusted[i] ?? null;
    if (adjustedP === null || adjustedP > significance) return { arm, test, adjustedP, verdict: 'open' };
    return { arm, test, adjustedP, verdict: (test.difference ?? 0) > 0 ? 'above' : 'below' };
  });
}

function outcomeOf(ours: ArmSummary, rivals: readonly ClaimRival[], group: readonly ArmSummary[]): Outcome {
  if (rivals.some(({ verdict }) => verdict === 'below')) return 'refuted';
  const seeds = Math.max(...group.map(({ completed }) => completed.length));
  // What made a seed fail is no chance: the others alone do not show a claim.
  const whole = ours.completed.length === seeds;
  return whole && rivals.every(({ verdict }) => verdict === 'above') ? 'confirmed' : 'inconclusive';
}

function isOurs(arm: ArmSummary): boolean {
  const [init, regularizer] = [factorOf(arm, 'init'), factorOf(arm, 'regularizer')];
  return methodOf(arm) === 'low-rank' && init === 'spectral' && regularizer === 'frobenius-decay';
}

/**
 * Methods with masked weights. A method that was counted nowhere in the run could be one, where it was trained as
 * sparse methods are: it is kept, untested, so that a claim is not confirmed for want of a rival's result; but not one from
 * a file, which no publication claims anything of.
 */
function sparseMethods(arms: readonly ArmSummary[]): Set<string> {
  const counted = arms.filter(({ means }) => means.parameters !== null && means.nonzero_parameters !== null);
  const factorized = arms.filter((arm) => {
    const regularizer = String(factorOf(arm, 'regularizer'));
    const isLike = factorOf(arm, 'init') === 'default' && ['none', 'weight-decay'].includes(regularizer);
    return !isLike || isNarrow(arm);
  });
  const known = new Set([...counted, ...factorized].map(methodOf));
  const unknown = arms.filter((arm) => !known.has(methodOf(arm)) && arm.config.methodDigest === undefined);
  return new Set([...counted.filter(isMasked), ...unknown].map(methodOf));
}
