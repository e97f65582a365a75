import { counted } from '../../baselines/wording.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { byPlace } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { testAssumptions } from '../arms/arm-test.ts';
import { resultText, seedsOf, seriesLabel } from '../arms/arm-text.ts';
import type { Best, Rival } from '../arms/best-arms.ts';
import { bestOf, contestsOf } from '../arms/best-arms.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { notMeasured, orDash, pValue } from '../render/format.ts';
import { bestWord, directionNote, gainNumber } from '../render/metric-text.ts';

/**
 * The arm of the best mean at each budget, or of all arms of a kind without budgets, tested against every other; no
 * section where no contest has two arms.
 */
export function bestSection(arms: readonly ArmSummary[]): Section | null {
  const [first] = arms;
  if (!first) return null;
  const { metric } = first;
  const places = [...byPlace(arms)].flatMap(([place, members]) => {
    const found = contestsOf(members).flatMap(({ name, arms: rivals }) => {
      const best = bestOf(rivals);
      return best && best.rivals.length > 0 ? [{ budget: name, best }] : [];
    });
    return found.length === 0 ? [] : [{ place, found }];
  });
  if (places.length === 0) return null;
  const budgeted = places.some(({ found }) => found.some(({ budget }) => budget !== null));
  const blocks = places.flatMap(({ place, found }): Block[] => [
    text(`${place}:`),
    list(found.map(({ budget, best }) => readingOf(budget, best))),
    table(
      found.flatMap(({ budget, best }) => rowsOf(budget, best)),
      columnsFor(metric, budgeted),
    ),
  ]);
  const heading = budgeted ? 'Best method per budget' : 'Best arm';
  return { heading, blocks: [text(legendFor(metric, budgeted)), ...blocks] };
}

function legendFor(metric: string, budgeted: boolean): string {
  const at = budgeted ? ' at its budget' : '';
  const decay = budgeted
    ? 'Where only some methods were trained without decay, the arms with decay are compared once more among ' +
      'themselves. '
    : '';
  return (
    `The arm of ${bestWord(metric)} mean ${metricOf(metric).title}, chosen among those with the most completed ` +
    `seeds, against every other one${at}.${directionNote(metric)} It is chosen on the data that test it, so p is ` +
    'one-sided and multiplied by the number of other arms: the arm that is in truth the ' +
    `best${budgeted ? ' at a budget' : ''} is called worse with a chance of about 0.05 at most. ` +
    `${decay}${testAssumptions}`
  );
}

interface Row {
  budget: string | null;
  arm: ArmSummary;
  /** Null: the best itself. */
  rival: Rival | null;
}

function rowsOf(budget: string | null, { arm, rivals }: Best): Row[] {
  return [{ budget, arm, rival: null }, ...rivals.map((rival) => ({ budget, arm: rival.arm, rival }))];
}

function columnsFor(metric: string, budgeted: boolean): Column<Row>[] {
  const numeric = true;
  const columns: Column<Row>[] = [
    { name: 'arm', cell: ({ arm }) => seriesLabel(arm) },
    { name: 'seeds', cell: ({ arm }) => seedsOf(arm), numeric },
    { name: metricOf(metric).title, cell: ({ arm }) => resultText(arm), numeric },
    { name: 'behind the best', cell: ({ rival }) => behind(metric, rival), numeric },
    { name: 'adjusted p', cell: ({ rival }) => orDash(rival?.adjustedP, pValue), numeric },
    { name: 'reading', cell: ({ rival }) => standing(metric, rival) },
  ];
  return budgeted ? [{ name: 'budget', cell: ({ budget }) => orDash(budget, String), numeric }, ...columns] : columns;
}

function behind(metric: string, rival: Rival | null): string {
  const difference = rival?.test.difference ?? null;
  return difference === null ? notMeasured : gainNumber(metric, -difference);
}

function standing(metric: string, rival: Rival | null): string {
  if (!rival) return `${bestWord(metric)} mean`;
  if (rival.adjustedP === null) return 'too few seeds to tell';
  return rival.worse ? 'worse' : 'cannot be told from it';
}

function readingOf(budget: string | null, best: Best): string {
  const at = budget === null ? '' : `Budget ${budget}: `;
  return `${at}${seriesLabel(best.arm)} has the ${bestWord(best.arm.metric)} mean; ${evidence(best)}.`;
}

/** `established: all 18 others are worse`, `not established: 4 of 18 others cannot be told from it (...)`. */
export function evidence({ rivals, established }: Best): string {
  if (established) {
    return `established: ${rivals.length === 1 ? 'the other is' : `all ${rivals.length} others are`} worse`;
  }
  const open = rivals.filter(({ worse }) => !worse);
  const names = open.map(({ arm }) => seriesLabel(arm)).join('; ');
  return `not established: ${open.length} of ${counted(rivals.length, 'other')} cannot be told from it (${names})`;
}
