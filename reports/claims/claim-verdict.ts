import { significance } from '../../harness/statistics/holm.ts';
import { fewestSeeds, powerOf } from '../../harness/statistics/power.ts';
import { quantile } from '../../harness/statistics/student-t.ts';
import { type ClaimEffect, effectOf, type Untested } from './claim-effect.ts';
import type { Claim } from './claim-file.ts';
import type { ClaimScope } from './claim-scope.ts';

/** Verdicts on claims, corrected over all that are judged together. */

/**
 * `supported`: the effect is above zero; `contradicted`: it is below the least one; each significantly, so that what is
 * true of an effect between the two may be said. `undecided`: neither. `not tested`: no arms, too few seeds, or a setting
 * in which the arms tell of something else.
 */
export type ClaimVerdict = 'supported' | 'contradicted' | 'undecided' | 'not tested';

/** A claim held against one scope. */
export interface JudgedClaim {
  claim: Claim;
  scope: Pick<ClaimScope, 'suite' | 'profile' | 'from'>;
  effect: ClaimEffect | Untested;
  verdict: ClaimVerdict;
  /** Corrected p of what the verdict rejects, or would have to. */
  adjustedP: number | null;
  /** Seeds an arm that would decide an undecided claim with 80 %, were its effect the estimated one; null: too many. */
  seedsNeeded: number | null;
}

/** Judges every claim on every scope of its suites. */
export function judgeClaims(claims: readonly Claim[], scopes: readonly ClaimScope[]): JudgedClaim[] {
  const found = claims.flatMap((claim) =>
    scopes
      .filter(({ suite }) => claim.suites.includes(suite))
      .map((scope) => ({ claim, scope, effect: effectOf(claim, scope) })),
  );
  const known = found.flatMap(({ effect }) => (isKnown(effect) ? [effect] : []));
  const adjusted = adjustPairs(known.map(({ supportP, contradictP }) => [supportP, contradictP]));
  const adjustedOf = new Map(known.map((effect, i) => [effect, adjusted[i]!]));
  return found.map(({ claim, scope: { suite, profile, from }, effect }) => {
    const one = { claim, scope: { suite, profile, from }, effect };
    if (!isKnown(effect)) return { ...one, verdict: 'not tested', adjustedP: null, seedsNeeded: null };
    const [supportP, contradictP] = adjustedOf.get(effect)!;
    // Both where the effect is sure to lie between zero and the least one: it is there, but too small to mean much.
    if (contradictP <= significance) return { ...one, verdict: 'contradicted', adjustedP: contradictP, seedsNeeded: 0 };
    if (supportP <= significance) return { ...one, verdict: 'supported', adjustedP: supportP, seedsNeeded: 0 };
    const seedsNeeded = seedsToDecide(claim, effect, known.length);
    return { ...one, verdict: 'undecided', adjustedP: Math.min(supportP, contradictP), seedsNeeded };
  });
}

export function isKnown(effect: ClaimEffect | Untested): effect is ClaimEffect {
  return !('reason' in effect);
}

/**
 * Shaffer's step-down correction (1986, procedure S1) of pairs of hypotheses of which one at most is true: the i-th
 * smallest p is multiplied by how many can be true at most once the smaller ones are rejected, which is the number of
 * pairs that are not rejected entirely.
 */
export function adjustPairs(pairs: readonly (readonly [number, number])[]): [number, number][] {
  const all = pairs.flatMap((pair, at) => pair.map((p, side) => ({ p, at, side }))).sort((a, b) => a.p - b.p);
  const adjusted = pairs.map((): [number, number] => [1, 1]);
  const open = pairs.map(() => 2);
  let left = pairs.length;
  let floor = 0;
  for (const { p, at, side } of all) {
    floor = Math.max(floor, Math.min(1, left * p));
    adjusted[at]![side] = floor;
    open[at]!--;
    if (open[at] === 0) left--;
  }
  return adjusted;
}

const wantedPower = 0.8;

/** @param judged how many claims the level is shared by, at worst */
function seedsToDecide({ least, effect: { form } }: Claim, effect: ClaimEffect, judged: number): number | null {
  const { estimate, standardError, df, seeds } = effect;
  const distance =
    form === 'equal' ? Math.abs(least - Math.abs(estimate)) : estimate > least / 2 ? estimate : least - estimate;
  const decides = (n: number) => {
    const own = (df * (n - 1)) / (seeds - 1);
    const critical = quantile(1 - significance / judged, own);
    return powerOf({ critical, df: own, least: 0 }, distance / (standardError * Math.sqrt(seeds / n))) >= wantedPower;
  };
  return fewestSeeds(decides, seeds);
}
