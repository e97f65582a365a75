import { grouped } from '../../baselines/arms.ts';
import { capitalized } from '../../baselines/wording.ts';
import { armLabelOf } from '../../harness/cell-name.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { byPlace } from '../arms/arm-groups.ts';
import { type ArmSummary, meanGain } from '../arms/arm-summary.ts';
import { resultText, seriesLabel } from '../arms/arm-text.ts';
import { budgetOf, isBudgetOfMacs, isDense, isTuned } from '../arms/coordinates.ts';
import { type LanePair, lanePairs, tuningOf } from '../arms/tuning-lanes.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { orDash, significant } from '../render/format.ts';
import { rateColumns } from './factor-columns.ts';

/** Which arms have a learning rate and λ of their own, and what that changes; no section where none has. */
export function laneSection(arms: readonly ArmSummary[]): Section | null {
  const [first] = arms.filter(isTuned);
  if (!first) return null;
  const blocks = [...byPlace(arms)].flatMap(([place, members]) => {
    const tuned = members.filter(isTuned);
    if (tuned.length === 0) return [];
    const pairs = lanePairs(members);
    return [text(`${place}:`), table(tuned, columnsFor(pairs)), ...dataBlocks(tuned), ...orderBlocks(pairs)];
  });
  return { heading: 'Lanes', blocks: [text(legendFor(first)), ...blocks] };
}

function legendFor({ kind }: ArmSummary): string {
  return (
    'Shared: one learning rate and λ for all arms. Tuned: each arm’s own, which npm run tune found on a grid by ' +
    `held-out training ${wordsOfKind(kind).examples}; the test ${wordsOfKind(kind).examples} choose nothing. Having had ` +
    'that choice says as much as the method does: arms of one lane compete with each other only. Of the grid: how many ' +
    'trainings it took, and their multiply-accumulates in all, which count as the arm’s own compute; λ of the shared ' +
    'lane was found on the dense network once, which no arm’s compute holds. No λ: without decay it decides nothing.'
  );
}

function columnsFor(pairs: readonly LanePair[]): Column<ArmSummary>[] {
  const numeric = true;
  const twinOf = (arm: ArmSummary) => pairs.find(({ tuned }) => tuned === arm)?.shared;
  return [
    { name: 'tuned arm', cell: (arm) => armLabelOf(arm, ['tuning']) },
    ...rateColumns((arm: ArmSummary) => arm),
    ...rateColumns(twinOf, ', shared'),
    { name: 'trainings of the grid', cell: (arm) => orDash(tuningOf(arm)?.cells, String), numeric },
    { name: 'MACs of the grid', cell: (arm) => orDash(tuningOf(arm)?.training_macs, significant), numeric },
  ];
}

/** What was found on other data may not be the best on these. */
function dataBlocks(tuned: readonly ArmSummary[]): Block[] {
  const elsewhere = tuned.filter((arm) => {
    const found = tuningOf(arm)?.data;
    return arm.records.some(
      (record) => found !== undefined && record.status !== 'failed' && record.fingerprint.data !== found,
    );
  });
  if (elsewhere.length === 0) return [];
  const names = elsewhere.map((arm) => armLabelOf(arm, ['tuning'])).join('; ');
  return [text(`Tuned on other data than these seeds were trained on: ${names}.`)];
}

interface Placed {
  /** `budget 0.1`, `dense`; `all` where there are no budgets. */
  among: string;
  pair: LanePair;
  /** From 1; equal means have equal places. */
  shared: number;
  tuned: number;
}

/** How the order of the arms that are in both lanes differs between them. */
function orderBlocks(pairs: readonly LanePair[]): Block[] {
  const both = pairs
    .filter(({ shared, tuned }) => meanGain(shared) !== null && meanGain(tuned) !== null && !isBudgetOfMacs(shared))
    .sort((left, right) => (budgetOf(right.shared) ?? 0) - (budgetOf(left.shared) ?? 0));
  const orders = [...grouped(both, ({ shared }) => amongOf(shared))]
    .filter(([, members]) => members.length > 1)
    .map(([among, members]) => placesOf(among, members));
  const [first] = both;
  if (orders.length === 0 || !first) return [];
  return [
    text(
      'The order by mean of the arms that have a result in both lanes, whichever regularizers a method was given; which ' +
        'differences are significant is not in it:',
    ),
    list(orders.map(changeText)),
    table(orders.flat(), orderColumns(first.shared.metric)),
  ];
}

function amongOf(arm: ArmSummary): string {
  const budget = budgetOf(arm);
  if (budget === null) return 'all';
  return isDense(arm) ? 'dense' : `budget ${budget}`;
}

/** The best of the shared lane first. */
function placesOf(among: string, pairs: readonly LanePair[]): Placed[] {
  const placeOf = (arm: ArmSummary, all: readonly ArmSummary[]) =>
    1 + all.filter((other) => (meanGain(other) ?? 0) > (meanGain(arm) ?? 0)).length;
  const [shared, tuned] = [pairs.map((pair) => pair.shared), pairs.map((pair) => pair.tuned)];
  return pairs
    .map((pair) => ({ among, pair, shared: placeOf(pair.shared, shared), tuned: placeOf(pair.tuned, tuned) }))
    .sort((left, right) => left.shared - right.shared);
}

function changeText(rows: readonly Placed[]): string {
  const among = capitalized(rows[0]?.among ?? '');
  const moved = rows.filter(({ shared, tuned }) => shared !== tuned).length;
  if (moved === 0) return `${among}: the order of ${rows.length} arms is the same in both lanes.`;
  const firstIn = (lane: 'shared' | 'tuned') =>
    rows.flatMap((row) => (row[lane] === 1 ? [seriesLabel(row.pair.shared)] : [])).join(' and ');
  const [shared, tuned] = [firstIn('shared'), firstIn('tuned')];
  const head = shared === tuned ? `${shared} is first in both` : `first is ${shared} if shared, ${tuned} if tuned`;
  return `${among}: another place in the tuned lane for ${moved} of ${rows.length} arms; ${head}.`;
}

function orderColumns(metric: string): Column<Placed>[] {
  const numeric = true;
  const { title } = metricOf(metric);
  return [
    { name: 'among', cell: ({ among }) => among },
    { name: 'arm', cell: ({ pair }) => seriesLabel(pair.shared) },
    { name: 'place, shared', cell: ({ shared }) => String(shared), numeric },
    { name: 'place, tuned', cell: ({ tuned }) => String(tuned), numeric },
    { name: `${title}, shared`, cell: ({ pair }) => resultText(pair.shared), numeric },
    { name: `${title}, tuned`, cell: ({ pair }) => resultText(pair.tuned), numeric },
  ];
}
