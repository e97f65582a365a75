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

/** The points that no other beats: of less cost and no less gain, or of more gain at no more cost. */
export function dominating<P extends { cost: number; gain: number }>(points: readonly P[]): Set<P> {
  const members = new Set<P>();
  let best = Number.NEGATIVE_INFINITY;
  const sorted = points.toSorted((left, right) => left.cost - right.cost || right.gain - left.gain);
  let last: P | undefined;
  for (const point of sorted) {
    const equal = last !== undefined && last.cost === point.cost && last.gain === point.gain && members.has(last);
    if (point.gain > best || equal) members.add(point);
    best = Math.max(best, point.gain);
    last = point;
  }
  return members;
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
  const members = dominating(points);
  // The first of them decides most often.
  const byGain = points.toSorted((left, right) => right.gain - left.gain);
  return points.map((point) => {
    const noDearer = byGain.filter((other) => other !== point && other.cost <= point.cost);
    const member = members.has(point);
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
