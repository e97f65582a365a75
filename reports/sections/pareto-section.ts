import { counted } from '../../baselines/wording.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { armLabel, byPlace, isMasked, resultText, seedsOf } from '../arm-summary.ts';
import { type MetricWords, wordsOf } from '../metric-words.ts';
import type { Block, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { notMeasured, orDash, whole } from '../render/format.ts';
import { comparisonWithin, testAssumptions } from '../statistics/arm-test.ts';
import type { Standing } from '../statistics/pareto.ts';
import { paretoOf } from '../statistics/pareto.ts';

/** The arms that no other beats in size, or in operations, and the metric; no section where no arm has a result. */
export function paretoSection(arms: readonly ArmSummary[]): Section | null {
  const words = wordsOf(arms);
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const compare = comparisonWithin(members);
    const bySize = paretoOf(members, ({ means }) => means.nonzero_parameters, compare);
    const byMacs = paretoOf(members, ({ means }) => means.macs, compare);
    const rows = bySize.map(({ arm, ...size }) => ({ arm, size, macs: byMacs.find((other) => other.arm === arm) }));
    const shown = rows.filter(({ size, macs }) => isOpen(size) || (macs && isOpen(macs)));
    if (shown.length === 0) continue;
    const hidden = rows.length - shown.length;
    blocks.push(text(`${place}:`), table(shown, columnsFor(words)));
    if (hidden > 0) blocks.push(text(`Left out: ${counted(hidden, 'arm')} clearly dominated both ways.`));
  }
  return blocks.length === 0 ? null : { heading: 'Pareto set', blocks: [text(legendFor(arms, words)), ...blocks] };
}

const legendFor = (arms: readonly ArmSummary[], { name }: MetricWords) =>
  `By means: an arm is in the set if no other has at most as many parameters (or MACs) and at least the ${name}, one of them ` +
  'strictly. "Within noise": by means only; the tests cannot tell whether the arm is in the set. Without it: in the set, where ' +
  'every arm that costs no more is significantly worse (one-sided, 0.05); dominated, where one of them is significantly better ' +
  `(0.05 over their number). ${arms.some(isMasked) ? 'Parameters: without masked ones. ' : ''}A rank is a whole number, so ` +
  `factorized arms meet a budget nearly${arms.some(isMasked) ? ', masks exactly' : ''}: compare sizes that differ little with ` +
  `care. ${testAssumptions}`;

type Place = Omit<Standing, 'arm'>;

interface Row {
  arm: ArmSummary;
  size: Place;
  macs: Place | undefined;
}

const columnsFor = ({ name }: MetricWords) => [
  { name: 'arm', cell: ({ arm }: Row) => armLabel(arm) },
  { name: 'seeds', cell: ({ arm }: Row) => seedsOf(arm), numeric: true },
  { name: 'parameters', cell: ({ arm }: Row) => orDash(arm.means.nonzero_parameters, whole), numeric: true },
  { name: 'MACs', cell: ({ arm }: Row) => orDash(arm.means.macs, whole), numeric: true },
  { name, cell: ({ arm }: Row) => resultText(arm), numeric: true },
  { name: 'by parameters', cell: ({ size }: Row) => wordsFor(size) },
  { name: 'by MACs', cell: ({ macs }: Row) => (macs ? wordsFor(macs) : notMeasured) },
];

function isOpen({ member, clearly }: Place): boolean {
  return member || !clearly;
}

function wordsFor({ member, clearly }: Place): string {
  return `${member ? 'in the set' : 'dominated'}${clearly ? '' : ' within noise'}`;
}
