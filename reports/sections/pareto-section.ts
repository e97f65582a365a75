import { counted } from '../../baselines/wording.ts';
import { armLabelOf } from '../../harness/cell-name.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { byPlace, isCompressed, isMasked } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { type Compare, comparisonWithin, testAssumptions } from '../arms/arm-test.ts';
import { resultText, seedsOf } from '../arms/arm-text.ts';
import { isTuned } from '../arms/coordinates.ts';
import { costs } from '../arms/costs.ts';
import type { Standing } from '../arms/pareto.ts';
import { paretoOf } from '../arms/pareto.ts';
import { lanesOf, withLane } from '../arms/tuning-lanes.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { orDash, whole } from '../render/format.ts';

/**
 * The arms that no other beats in a cost, such as size, operations, step time or memory, and the metric; no section where no arm has a result, or
 * nothing is compressed and all arms are of one size.
 */
export function paretoSection(arms: readonly ArmSummary[]): Section | null {
  const [first] = arms;
  if (!first || !differInCost(arms)) return null;
  const { metric } = first;
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const compare = comparisonWithin(members);
    for (const { lane, arms: own } of lanesOf(members)) {
      blocks.push(...blocksOf(withLane(place, lane), rowsOf(own, compare), metric));
    }
  }
  return blocks.length === 0 ? null : { heading: 'Pareto set', blocks: [text(legendFor(arms, metric)), ...blocks] };
}

function rowsOf(arms: readonly ArmSummary[], compare: Compare): Row[] {
  const standings = costs.map(
    ({ of }) => new Map(paretoOf(arms, of, compare).map(({ arm, ...place }) => [arm, place])),
  );
  const [bySize] = standings;
  return [...(bySize?.keys() ?? [])].map((arm) => ({ arm, places: standings.map((own) => own.get(arm)) }));
}

function blocksOf(place: string, rows: readonly Row[], metric: string): Block[] {
  const shown = rows.filter(({ places }) => places.some((place) => place !== undefined && isOpen(place)));
  if (shown.length === 0) return [];
  const hidden = rows.length - shown.length;
  const note = hidden > 0 ? [text(`Left out: ${counted(hidden, 'arm')} clearly dominated in every way.`)] : [];
  return [text(`${place}:`), table(shown, columnsFor(metric)), ...note];
}

/** Whether size can be traded for results at all. */
function differInCost(arms: readonly ArmSummary[]): boolean {
  if (arms.some(isCompressed)) return true;
  return [...byPlace(arms).values()].some((members) => {
    const sizes = members.map(({ means }) => means.nonzero_parameters).filter((size) => size !== null);
    return new Set(sizes).size > 1;
  });
}

function legendFor(arms: readonly ArmSummary[], metric: string): string {
  const { title, better } = metricOf(metric);
  const masked = arms.some(isMasked);
  const asGood = `at ${better === 'higher' ? 'least' : 'most'} the ${title}`;
  const lanes = arms.some(isTuned)
    ? 'Arms that share one learning rate and λ have a set, and tuned arms another, each arm with its own. '
    : '';
  const notes = [masked ? 'Parameters: without masked ones. ' : '', arms.some(isCompressed) ? rankNote(masked) : ''];
  return (
    `By means: an arm is in the set if no other has at most as many parameters (or MACs, or another cost) and ${asGood}, one of them ` +
    'strictly. "Within noise": by means only; the tests cannot tell whether the arm is in the set. Without it: in ' +
    'the set, where every arm that costs no more is significantly worse (one-sided, 0.05); dominated, where one of ' +
    `them is significantly better (0.05 over their number). ${notes.join('')}${lanes}Arms stand as they are, whichever ` +
    `regularizers a method was given. ${testAssumptions}`
  );
}

function rankNote(masked: boolean): string {
  return (
    `A rank is a whole number, so factorized arms meet a budget nearly${masked ? ', masks exactly' : ''}: compare ` +
    'sizes that differ little with care. '
  );
}

type Place = Omit<Standing, 'arm'>;

interface Row {
  arm: ArmSummary;
  /** In the order of `costs`; undefined: not measured. */
  places: (Place | undefined)[];
}

function columnsFor(metric: string): Column<Row>[] {
  const numeric = true;
  return [
    { name: 'arm', cell: ({ arm }) => armLabelOf(arm) },
    { name: 'seeds', cell: ({ arm }) => seedsOf(arm), numeric },
    { name: 'parameters', cell: ({ arm }) => orDash(arm.means.nonzero_parameters, whole), numeric },
    { name: 'MACs', cell: ({ arm }) => orDash(arm.means.macs, whole), numeric },
    { name: metricOf(metric).title, cell: ({ arm }) => resultText(arm), numeric },
    ...costs.map(
      ({ name }, i): Column<Row> => ({ name: `by ${name}`, cell: ({ places }) => orDash(places[i], wordsFor) }),
    ),
  ];
}

function isOpen({ member, clearly }: Place): boolean {
  return member || !clearly;
}

function wordsFor({ member, clearly }: Place): string {
  return `${member ? 'in the set' : 'dominated'}${clearly ? '' : ' within noise'}`;
}
