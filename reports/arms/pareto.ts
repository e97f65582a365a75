import { significance } from '../../harness/statistics/holm.ts';
import { type ArmSummary, meanGain } from './arm-summary.ts';
import type { Compare } from './arm-test.ts';
import { upperTail } from './arm-test.ts';

/**
 * Where an arm stands to the Pareto set. By means: an arm is dominated if another costs no more and is no worse, one of
 * them strictly. `clearly`: tests say so too.
 */
export interface Standing {
  arm: ArmSummary;
  member: boolean;
  clearly: boolean;
}

/** The standing of every arm whose cost and metric were measured, the cheapest first. */
export function paretoOf(
  arms: readonly ArmSummary[],
  costOf: (arm: ArmSummary) => number | null,
  compare: Compare,
): Standing[] {
  const points = arms
    .flatMap((arm) => {
      const [cost, gain] = [costOf(arm), meanGain(arm)];
      return cost === null || gain === null ? [] : [{ arm, cost, gain }];
    })
    .sort((left, right) => left.cost - right.cost);
  return points.map((point) => {
    const noDearer = points.filter((other) => other !== point && other.cost <= point.cost);
    const member = !noDearer.some(
      (other) => other.gain > point.gain || (other.gain === point.gain && other.cost < point.cost),
    );
    const rivals = noDearer.map((other) => other.arm);
    return {
      arm: point.arm,
      member,
      clearly: member ? beatsAll(point.arm, rivals, compare) : isBeaten(point.arm, rivals, compare),
    };
  });
}

/**
 * Better than each: every one of the tests must say so, and then needs no correction (intersection-union, Berger 1982).
 */
function beatsAll(arm: ArmSummary, rivals: readonly ArmSummary[], compare: Compare): boolean {
  return rivals.every((rival) => (upperTail(compare(arm, rival)) ?? 1) <= significance);
}

/** Worse than one at least: p times the number of tests (Bonferroni). */
function isBeaten(arm: ArmSummary, rivals: readonly ArmSummary[], compare: Compare): boolean {
  return rivals.some((rival) => (upperTail(compare(rival, arm)) ?? 1) * rivals.length <= significance);
}
