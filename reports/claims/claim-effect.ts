import { grouped } from '../../baselines/arms.ts';
import { UsageError } from '../../harness/errors.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { equivalenceTest } from '../../harness/statistics/equivalence.ts';
import { significance } from '../../harness/statistics/holm.ts';
import { upperTail as upperTailOf } from '../../harness/statistics/student-t.ts';
import {
  type ArmTest,
  type Combination,
  combinationsWithin,
  combinedGains,
  difference,
  upperTail,
} from '../arms/arm-test.ts';
import { type ContrastSpec, pairsOf } from '../arms/contrasts.ts';
import { isDense, isTuned, placeOf, settingText } from '../arms/coordinates.ts';
import { interactionOf, quadruplesOf } from '../arms/interactions.ts';
import type { TestedArm } from '../arms/tested-arm.ts';
import { kindReportOf } from '../kinds/registry.ts';
import type { ArmSelector, Claim, ClaimedEffect } from './claim-file.ts';
import type { ClaimScope } from './claim-scope.ts';

/** What the arms of a suite say of a claim. Gains: more is better. */
export interface ClaimEffect {
  metric: string;
  /** Models and data sets. */
  places: string[];
  /** Pairs or settings that were averaged, or rivals that were tried. */
  contrasts: number;
  /** The fewest seeds of a test. */
  seeds: number;
  estimate: number;
  standardError: number;
  df: number;
  /** Of: the effect is zero or less; of `equal`: it reaches the least effect either way. */
  supportP: number;
  /** Of: it is the least effect or more; of `equal`: it lies within. */
  contradictP: number;
  /** The effect at every seed, by model and data set. */
  strata: number[][];
  /** The rival that is hardest to beat; null: there is none to name. */
  rival: string | null;
}

/** Why a suite says nothing of a claim. */
export type Untested = { reason: 'no arms' | 'too few seeds' } | { reason: 'setting'; why: string };

/** A test, and the combination of arms that it is of. */
interface Tested {
  test: ArmTest;
  combination: Combination;
  place: string;
  /** Pairs or settings that it averages. */
  count: number;
  rival: string | null;
}

/**
 * The effect that a claim is of, as the arms of a scope show it. Arms of the tuned lane take no part.
 *
 * @throws UsageError where arms of several metrics would be averaged: the claim has to name a kind of task
 */
export function effectOf(claim: Claim, { arms, suite }: ClaimScope): ClaimEffect | Untested {
  const shared = arms.filter((arm) => !isTuned(arm) && (claim.kind === undefined || arm.kind === claim.kind));
  const places = grouped(shared, (arm) => `${arm.kind} ${placeOf(arm)}`);
  const obstacles = new Set<string>();
  const tested = [...places.values()].flatMap((members) => testsAt(claim, members, obstacles));
  if (tested.length === 0) {
    const [why] = obstacles;
    return why === undefined ? { reason: 'no arms' } : { reason: 'setting', why };
  }
  const metrics = new Set(tested.map(({ combination }) => combination[0]?.[0].metric));
  if (metrics.size > 1) {
    const kinds = [...new Set(shared.map(({ kind }) => kind))].join(', ');
    throw new UsageError(
      `claims.json: ${claim.id}: ${suite} measures ${[...metrics].join(' and ')}, which have no mean; name a kind: ${kinds}.`,
    );
  }
  return claim.effect.form === 'above-all' ? hardest(claim, tested) : pooled(claim, tested);
}

/** The tests of one model and data set: one for an average, one a rival else. */
function testsAt(claim: Claim, arms: readonly TestedArm[], obstacles: Set<string>): Tested[] {
  const [first] = arms;
  if (first === undefined) return [];
  const test = combinationsWithin(arms);
  const isTold = (arm: TestedArm) => {
    const why = claim.decays ? decayObstacle(arm, arms, test) : null;
    if (why !== null) obstacles.add(why);
    return why === null;
  };
  const found = combinationsOf(claim.effect, arms).filter(({ told }) => isTold(told));
  const place = placeOf(first);
  if (claim.effect.form === 'above-all') {
    return found.map(({ combination, rival }) => ({ test: test(combination), combination, place, count: 1, rival }));
  }
  if (found.length === 0) return [];
  // A sweep of one seed beside arms of several would leave a single seed that all have.
  const repeated = found.filter((one) => combinedGains(one.combination).length > 1);
  const averaged = repeated.length === 0 ? found : repeated;
  const combination = summed(
    averaged.flatMap((one) => one.combination.map(([arm, times]) => [arm, times / averaged.length] as const)),
  );
  return [{ test: test(combination), combination, place, count: averaged.length, rival: null }];
}

/** Each arm once, with all that it counts for. */
function summed(combination: Combination): Combination {
  const times = new Map<TestedArm, number>();
  for (const [arm, own] of combination) times.set(arm, (times.get(arm) ?? 0) + own);
  return [...times].filter(([, own]) => own !== 0);
}

interface Found {
  combination: Combination;
  /** The arm whose setting decides whether it tells anything. */
  told: TestedArm;
  rival: string | null;
}

function combinationsOf(effect: ClaimedEffect, arms: readonly TestedArm[]): Found[] {
  switch (effect.form) {
    case 'contrast':
    case 'equal':
      return pairsOf(specOf(effect, arms), arms)
        .filter(({ to }) => isChosen(to, effect.where))
        .map(({ from, to }) => ({ combination: difference(to, from), told: to, rival: null }));
    case 'interaction':
      return quadruplesOf(
        arms.filter((arm) => isChosen(arm, effect.where)),
        kindReportOf(arms[0]?.kind ?? '').contrasts,
      ).map((four) => ({ combination: interactionOf(four), told: four.both, rival: null }));
    case 'above-all': {
      const own = arms.filter((arm) => isChosen(arm, effect.arm));
      const others = arms.filter((arm) => isChosen(arm, effect.others));
      return own.flatMap((arm) =>
        others
          .filter((other) => effect.same.every((name) => factorOf(arm, name) === factorOf(other, name)))
          .map((other) => ({ combination: difference(arm, other), told: arm, rival: settingText(other) })),
      );
    }
  }
}

/** As the kind compares these choices, where it does. */
function specOf(
  { factor, from, to }: { factor: string; from: string | number; to: string | number },
  arms: readonly TestedArm[],
): ContrastSpec {
  const known = kindReportOf(arms[0]?.kind ?? '').contrasts.find(
    (spec) => spec.factor === factor && spec.from === from && spec.to === to,
  );
  return known ?? { subject: `${to} against ${from}`, factor, from, to };
}

function isChosen(arm: TestedArm, selector: ArmSelector): boolean {
  return Object.entries(selector).every(([name, values]) => values.includes(factorOf(arm, name) ?? ''));
}

/**
 * Why an arm that decays tells of its setting alone: its λ lowers the dense network significantly (one-sided, 0.05); null
 * where it does not, or no dense arm tells.
 */
function decayObstacle(arm: TestedArm, arms: readonly TestedArm[], test: (of: Combination) => ArmTest): string | null {
  const decayOf = ({ kind, config }: TestedArm) => wordsOfKind(kind).rates(config).decay;
  const dense = arms.filter((other) => isDense(other) && isTrainedAs(arm, other));
  const without = dense.find((other) => factorOf(other, 'regularizer') === 'none');
  const decayed = dense.find(
    (other) => factorOf(other, 'regularizer') === 'weight-decay' && decayOf(other) === decayOf(arm),
  );
  if (without === undefined || decayed === undefined) return null;
  const p = upperTail(test(difference(without, decayed)));
  if (p === null || p > significance) return null;
  return 'decay alone lowers the dense network';
}

/** What an arm makes of the dense network, and how it decays: all that a dense arm beside it may differ by. */
const ofNetworks = ['method', 'budget', 'init', 'regularizer', 'decay'];

/** Whether two arms are trained alike: by one optimizer, where arms have several. */
function isTrainedAs(arm: TestedArm, other: TestedArm): boolean {
  const names = [...arm.factors, ...other.factors].map(({ name }) => name);
  return names.every((name) => ofNetworks.includes(name) || factorOf(arm, name) === factorOf(other, name));
}

/** Places have equal weight; degrees of freedom are Satterthwaite's. */
function pooled({ effect, least }: Claim, tested: readonly Tested[]): ClaimEffect | Untested {
  const known = tested.flatMap(({ test: { n, difference: mean, standardError, df } }) =>
    mean === null || standardError === null || df === null ? [] : [{ n, mean, variance: standardError ** 2, df }],
  );
  if (known.length < tested.length) return { reason: 'too few seeds' };
  const total = known.reduce((sum, { variance }) => sum + variance, 0);
  const df = total ** 2 / known.reduce((sum, { variance, df: own }) => sum + variance ** 2 / own, 0);
  const estimate = known.reduce((sum, { mean }) => sum + mean, 0) / known.length;
  const standardError = Math.sqrt(total) / known.length;
  if (standardError === 0) return { reason: 'too few seeds' };
  const tail = (distance: number) => upperTailOf(distance / standardError, df);
  const ps =
    effect.form === 'equal'
      ? {
          supportP: equivalenceTest({ difference: estimate, standardError, df }, least).p,
          contradictP: Math.min(1, 2 * tail(Math.abs(estimate) - least)),
        }
      : { supportP: tail(estimate), contradictP: tail(least - estimate) };
  return {
    ...shapeOf(tested),
    contrasts: tested.reduce((sum, { count }) => sum + count, 0),
    seeds: Math.min(...known.map(({ n }) => n)),
    estimate,
    standardError,
    df,
    ...ps,
    strata: tested.map(({ combination }) => combinedGains(combination)),
    rival: null,
  };
}

/** All must be beaten: the least certain one decides; one that is not, by the least effect, contradicts. */
function hardest({ least }: Claim, tested: readonly Tested[]): ClaimEffect | Untested {
  const known = tested.flatMap((one) => {
    const { difference: estimate, standardError, df } = one.test;
    if (estimate === null || standardError === null || df === null || standardError === 0) return [];
    return [{ one, estimate, standardError, df, p: upperTailOf(estimate / standardError, df) }];
  });
  if (known.length < tested.length) return { reason: 'too few seeds' };
  const worst = known.reduce((most, other) => (other.p > most.p ? other : most));
  const below = known.map(({ estimate, standardError, df }) => upperTailOf((least - estimate) / standardError, df));
  const { estimate, standardError, df, p } = worst;
  return {
    ...shapeOf(tested),
    contrasts: tested.length,
    seeds: Math.min(...tested.map(({ test }) => test.n)),
    estimate,
    standardError,
    df,
    supportP: p,
    contradictP: Math.min(1, known.length * Math.min(...below)),
    strata: [combinedGains(worst.one.combination)],
    rival: worst.one.rival,
  };
}

function shapeOf(tested: readonly Tested[]) {
  const metric = tested[0]?.combination[0]?.[0].metric;
  if (metric === undefined) throw new Error('effectOf: a test without arms');
  return { metric, places: [...new Set(tested.map(({ place }) => place))] };
}
