import { grouped } from '../../baselines/arms.ts';
import { capitalized, counted } from '../../baselines/wording.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { byPlace } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { testAssumptions } from '../arms/arm-test.ts';
import { resultText, seedsOf, seriesLabel } from '../arms/arm-text.ts';
import type { Best, Rival } from '../arms/best-arms.ts';
import { amongText, bestOf } from '../arms/best-arms.ts';
import { type Contest, contestsOf, contestText } from '../arms/contests.ts';
import { isTuned } from '../arms/coordinates.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { notMeasured, orDash, pValue } from '../render/format.ts';
import { bestWord, directionNote, gainNumber } from '../render/metric-text.ts';

/**
 * The arm of the best mean among those of a budget that were given the same regularizers, or of all arms of a kind
 * without budgets, tested against every other; no section where no contest has two arms.
 */
export function bestSection(arms: readonly ArmSummary[]): Section | null {
  const [first] = arms;
  if (!first) return null;
  const { metric } = first;
  const places = [...byPlace(arms)].flatMap(([place, members]) => {
    const contests = contestsOf(members);
    const found = contests.flatMap((contest) => {
      const best = bestOf(contest.arms, contest.compare);
      return best && best.rivals.length > 0 ? [{ contest, best }] : [];
    });
    return found.length === 0 ? [] : [{ place, found, unlike: unlikeTexts(contests) }];
  });
  if (places.length === 0) return null;
  const all = places.flatMap(({ found }) => found.map(({ contest }) => contest));
  const budgeted = all.some(({ budget }) => budget !== null);
  const named = all.some(({ name }) => name !== null);
  const blocks = places.flatMap(({ place, found, unlike }): Block[] => [
    text(`${place}:`),
    ...unlike.map(text),
    list(found.map(({ contest, best }) => readingOf(contest, best))),
    table(
      found.flatMap(({ contest, best }) => rowsOf(contest, best)),
      columnsFor(metric, named),
    ),
  ]);
  const heading = budgeted ? 'Best method per budget' : 'Best arm';
  const note = arms.some(isTuned) ? [text(laneNote)] : [];
  return { heading, blocks: [text(legendFor(metric, budgeted)), ...note, ...blocks] };
}

const laneNote =
  'Arms that share one learning rate and λ compete with each other, and so do those that were tuned, each with its own: ' +
  'an arm of one lane says nothing of one of the other.';

/** Why there is no best over all, a sentence for each way in which regularizers were given. */
function unlikeTexts(contests: readonly Contest[]): string[] {
  const confined = contests.filter(({ given }) => given !== null);
  return [...grouped(confined, ({ lane }) => lane)].flatMap(([lane, own]) =>
    [...grouped(own, ({ given }) => given)].map(([given, unlike]) => {
      const budgets = [...new Set(unlike.flatMap(({ budget }) => (budget === null ? [] : [budget])))];
      const at = budgets.length === 0 ? '' : ` at ${budgets.length > 1 ? 'budgets' : 'budget'} ${budgets.join(', ')}`;
      return (
        `No best over all ${lane === null ? '' : `${lane} `}arms${at}: they were not given the same regularizers ` +
        `(${given}), and the best of several says as much of having had a choice. Arms of one regularizer compete.`
      );
    }),
  );
}

function legendFor(metric: string, budgeted: boolean): string {
  return (
    `The arm of ${bestWord(metric)} mean ${metricOf(metric).title}, chosen among those with the most completed ` +
    `seeds, against every other one${budgeted ? ' at its budget' : ''} that was given the same regularizers.` +
    `${directionNote(metric)} It is chosen on the data that test it, so p is one-sided and multiplied by the number ` +
    'of other arms: the arm that is in truth the best among them is called worse with a chance of about 0.05 at ' +
    `most. ${testAssumptions}`
  );
}

interface Row {
  contest: Contest;
  arm: ArmSummary;
  /** Null: the best itself. */
  rival: Rival | null;
}

function rowsOf(contest: Contest, { arm, rivals }: Best): Row[] {
  return [{ contest, arm, rival: null }, ...rivals.map((rival) => ({ contest, arm: rival.arm, rival }))];
}

function columnsFor(metric: string, named: boolean): Column<Row>[] {
  const numeric = true;
  const columns: Column<Row>[] = [
    { name: 'arm', cell: ({ arm }) => seriesLabel(arm) },
    { name: 'seeds', cell: ({ arm }) => seedsOf(arm), numeric },
    {
      name: metricOf(metric).title,
      cell: ({ arm }) => resultText(arm),
      numeric,
      strong: ({ rival }) => rival === null,
    },
    { name: 'behind the best', cell: ({ rival }) => behind(metric, rival), numeric },
    { name: 'adjusted p', cell: ({ rival }) => orDash(rival?.adjustedP, pValue), numeric },
    { name: 'reading', cell: ({ rival }) => standing(metric, rival) },
  ];
  return named ? [{ name: 'among', cell: ({ contest }) => orDash(contest.name, String) }, ...columns] : columns;
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

function readingOf(contest: Contest, best: Best): string {
  const at = contest.name === null ? '' : `${capitalized(contestText(contest))}: `;
  return `${at}${seriesLabel(best.arm)} has the ${bestWord(best.arm.metric)} mean${amongText(best)}; ${evidence(best)}.`;
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
