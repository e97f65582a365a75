import { counted } from '../../baselines/wording.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { byPlace, resultText, seedsOf, seriesLabel } from '../arm-summary.ts';
import { type MetricWords, wordsOf } from '../metric-words.ts';
import type { Block, Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { notMeasured, orDash, pointsSpread, pValue } from '../render/format.ts';
import { testAssumptions } from '../statistics/arm-test.ts';
import type { Best, Rival } from '../statistics/best-arms.ts';
import { bestOf, contestsOf } from '../statistics/best-arms.ts';

/** The arm of the highest mean at each budget, tested against every other; no section where no budget has two arms. */
export function bestSection(arms: readonly ArmSummary[]): Section | null {
  const words = wordsOf(arms);
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const found = contestsOf(members).flatMap(({ name, arms: rivals }) => {
      const best = bestOf(rivals);
      return best && best.rivals.length > 0 ? [{ budget: name, best }] : [];
    });
    if (found.length === 0) continue;
    const rows = found.flatMap(({ budget, best }) => rowsOf(budget, best));
    blocks.push(
      text(`${place}:`),
      list(found.map(({ budget, best }) => readingOf(budget, best))),
      table(rows, columnsFor(words)),
    );
  }
  return blocks.length === 0
    ? null
    : { heading: 'Best method per budget', blocks: [text(legendFor(words)), ...blocks] };
}

const legendFor = ({ name }: MetricWords) =>
  `The arm of highest mean ${name}, chosen among those with the most completed seeds, against every other one at its budget. ` +
  'It is chosen on the data that test it, so p is one-sided and multiplied by the number of other arms: the arm that is in ' +
  'truth the best at a budget is called worse with a chance of about 0.05 at most. Where only some methods were trained ' +
  `without decay, the arms with decay are compared once more among themselves. ${testAssumptions}`;

interface Row {
  budget: string;
  arm: ArmSummary;
  /** Null: the best itself. */
  rival: Rival | null;
}

function rowsOf(budget: string, { arm, rivals }: Best): Row[] {
  return [{ budget, arm, rival: null }, ...rivals.map((rival) => ({ budget, arm: rival.arm, rival }))];
}

const columnsFor = ({ name }: MetricWords) => [
  { name: 'budget', cell: ({ budget }: Row) => budget, numeric: true },
  { name: 'arm', cell: ({ arm }: Row) => seriesLabel(arm) },
  { name: 'seeds', cell: ({ arm }: Row) => seedsOf(arm), numeric: true },
  { name, cell: ({ arm }: Row) => resultText(arm), numeric: true },
  { name: 'behind the best', cell: ({ rival }: Row) => behind(rival), numeric: true },
  { name: 'adjusted p', cell: ({ rival }: Row) => orDash(rival?.adjustedP, pValue), numeric: true },
  { name: 'reading', cell: ({ rival }: Row) => standing(rival) },
];

function behind(rival: Rival | null): string {
  const difference = rival?.test.difference;
  return difference === undefined || difference === null ? notMeasured : pointsSpread(-difference, null);
}

function standing(rival: Rival | null): string {
  if (!rival) return 'highest mean';
  if (rival.adjustedP === null) return 'too few seeds to tell';
  return rival.worse ? 'worse' : 'cannot be told from it';
}

function readingOf(budget: string, best: Best): string {
  return `Budget ${budget}: ${seriesLabel(best.arm)} has the highest mean; ${evidence(best)}.`;
}

/** `established: all 18 others are worse`, `not established: 4 of 18 others cannot be told from it (...)`. */
export function evidence({ rivals, established }: Best): string {
  if (established)
    return `established: ${rivals.length === 1 ? 'the other is' : `all ${rivals.length} others are`} worse`;
  const open = rivals.filter(({ worse }) => !worse);
  const names = open.map(({ arm }) => seriesLabel(arm)).join('; ');
  return `not established: ${open.length} of ${counted(rivals.length, 'other')} cannot be told from it (${names})`;
}
