import { grouped } from '../arms.ts';
import type { Baseline } from '../baseline.ts';
import { asksOnlyLearning } from '../lanes/learned.ts';
import { changeNumber, changeUnit, counted } from '../wording.ts';
import { acceptedArmKey, acceptedArms, qualityArmOf } from './accepted-arm.ts';
import { type PowerStatement, powerStatementOf } from './power-statement.ts';

/** A check that is to be planned. */
export interface PlannedCheck {
  /** Of an arm. */
  seeds: number;
  /** δ, in the metric's unit. */
  margin: number;
  /** Ids of the cells that are to run; left out: those of the baseline. */
  ids?: ReadonlySet<string>;
}

/** What a check against the baseline can find, and what it cannot: a sentence a metric. */
export function powerLines(baseline: Baseline, { seeds, margin, ids }: PlannedCheck): string[] {
  if (asksOnlyLearning(baseline.profile)) {
    return ['Quality: this profile asks only whether networks learned, half of what was accepted at least.'];
  }
  const planned = ids === undefined ? baseline.cells : baseline.cells.filter(({ id }) => ids.has(id));
  if (planned.length === 0) {
    return [
      'Quality: the baseline holds none of these cells as they are now, so that nothing tells what a check finds.',
    ];
  }
  const keys = new Set(planned.map(acceptedArmKey));
  const arms = [...acceptedArms([], baseline)].map(([key, arm]) => ({ ...arm, isCompared: keys.has(key) }));
  const byMetric = grouped(arms, ({ metric }) => metric);
  return [...byMetric].flatMap(([metric, own]) => {
    if (!own.some(({ isCompared }) => isCompared)) return [];
    const asked = own.flatMap(({ isCompared, ...arm }) => {
      const of = qualityArmOf(arm);
      return of === null ? [] : [{ ...of, isCompared }];
    });
    const statement = powerStatementOf(asked, { measured: seeds, margin, metrics: byMetric.size });
    if (statement === null) {
      return [`Quality, ${metric}: no accepted arm has two seeds, so that nothing tells what a check finds.`];
    }
    return linesOf(metric, statement, margin);
  });
}

function linesOf(metric: string, statement: PowerStatement, margin: number): string[] {
  const { arms, accepted, measured, arm, group, all, settling } = statement;
  const size = (value: number) => `${changeNumber(metric, value).replace('+', '')} ${changeUnit(metric)}`.trimEnd();
  const range = (least: number, most: number) =>
    size(least) === size(most) ? size(least) : `${changeNumber(metric, least).replace('+', '')} to ${size(most)}`;
  const parts = [
    `of ${size(arm.typical)} in one arm (by how much it spreads: ${range(arm.least, arm.most)})`,
    ...(group === null ? [] : [`of ${range(group.least, group.most)} in every arm of a group`]),
    ...(all === null ? [] : [`of ${size(all)} in all arms`]),
  ];
  const found =
    `Quality, ${metric}: ${counted(measured, 'seed')} an arm against ${accepted} accepted, ${counted(arms, 'arm')}: a loss ` +
    `${parts.join(', ')} is found with 80 %.`;
  if (margin >= settling) return [found];
  return [
    found,
    `Quality, ${metric}: the margin of ${size(margin)} is below the ${size(settling)} at which 90 % of healthy arms pass: ` +
      'others stay inconclusive. More seeds, or a larger margin, settle them.',
  ];
}
