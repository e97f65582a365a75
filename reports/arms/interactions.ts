import { grouped } from '../../baselines/arms.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { holm } from '../../harness/statistics/holm.ts';
import { byPlace } from './arm-groups.ts';
import type { ArmSummary } from './arm-summary.ts';
import { type ArmTest, combinationsWithin, difference, twoSidedP } from './arm-test.ts';
import { type ContrastSpec, restOf } from './contrasts.ts';
import { placeOf, settingText } from './coordinates.ts';
import { lanesOf } from './tuning-lanes.ts';

/** What spectral initialization and Frobenius decay do, each alone and both, and whether they add up. */
export interface Interaction {
  metric: string;
  /** Under which other choices. */
  setting: string;
  /** Against default initialization, under weight decay. */
  spectral: ArmTest;
  /** Against weight decay, under default initialization. */
  decay: ArmTest;
  /** Both against neither. */
  both: ArmTest;
  /** both - spectral - decay: zero where the effects add up. */
  interaction: ArmTest;
  /** Two-sided p of the interaction, corrected over all settings (Holm). */
  adjustedP: number | null;
}

/** Four arms that are equal in all but initialization and regularizer. */
export interface Quadruple<A> {
  neither: A;
  spectral: A;
  decay: A;
  both: A;
}

/**
 * Every setting with all four arms, equal in everything else; none where a kind's contrasts do not have both choices.
 *
 * @param arms of one kind, place and lane
 */
export function quadruplesOf<A extends Pick<ArmSummary, 'config' | 'factors'>>(
  arms: readonly A[],
  specs: readonly ContrastSpec[],
): Quadruple<A>[] {
  const ofInit = specs.find(({ factor, from, to }) => factor === 'init' && from === 'default' && to === 'spectral');
  const ofDecay = specs.some(({ from, to }) => from === 'weight-decay' && to === 'frobenius-decay');
  if (ofInit === undefined || !ofDecay) return [];
  return [...grouped(arms, (arm) => keyOf(arm, ofInit)).values()].flatMap((group) => {
    const having = (init: string, regularizer: string) =>
      group.find((arm) => factorOf(arm, 'init') === init && factorOf(arm, 'regularizer') === regularizer);
    const neither = having('default', 'weight-decay');
    const spectral = having('spectral', 'weight-decay');
    const decay = having('default', 'frobenius-decay');
    const both = having('spectral', 'frobenius-decay');
    return neither && spectral && decay && both ? [{ neither, spectral, decay, both }] : [];
  });
}

/** both - spectral - decay + neither: zero where the effects add up. */
export function interactionOf<A>({ neither, spectral, decay, both }: Quadruple<A>): [A, number][] {
  return [
    [both, 1],
    [spectral, -1],
    [decay, -1],
    [neither, 1],
  ];
}

/**
 * Every setting of a kind with all four arms, equal in everything else: differences of gains, and of differences, paired
 * over the seeds that all arms of each have.
 */
export function interactionsOf(arms: readonly ArmSummary[], specs: readonly ContrastSpec[]): Interaction[] {
  const found = [...byPlace(arms).values()].flatMap((members) => {
    const combined = combinationsWithin(members);
    return lanesOf(members).flatMap(({ arms: own }) =>
      quadruplesOf(own, specs).map((four) => {
        const { neither, spectral, decay, both } = four;
        const minus = (arm: ArmSummary) => combined(difference(arm, neither));
        const interaction = combined(interactionOf(four));
        const place = placeOf(both);
        const setting = [place, settingText(both, ['init', 'regularizer'])].filter((part) => part !== '').join(', ');
        const tests = { spectral: minus(spectral), decay: minus(decay), both: minus(both), interaction };
        return { metric: both.metric, setting, ...tests };
      }),
    );
  });
  const adjusted = holm(found.map(({ interaction }) => twoSidedP(interaction)));
  return found.map((one, i) => ({ ...one, adjustedP: adjusted[i] ?? null }));
}

/** Equal for arms that differ in initialization and regularizer alone. */
function keyOf({ config, factors }: Pick<ArmSummary, 'config' | 'factors'>, spec: ContrastSpec): string {
  return restOf(spec, { factors, config: { ...config, regularizer: null } as ArmSummary['config'] });
}
