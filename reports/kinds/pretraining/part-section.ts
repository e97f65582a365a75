import { grouped } from '../../../baselines/arms.ts';
import { armLabelOf } from '../../../harness/cell-name.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { intervalOf, testAssumptions } from '../../arms/arm-test.ts';
import { resultText } from '../../arms/arm-text.ts';
import type { Column, Section } from '../../render/document.ts';
import { list, table, text } from '../../render/document.ts';
import { orDash, pValue } from '../../render/format.ts';
import { directionNote, errorText, gainInterval, gainNumber } from '../../render/metric-text.ts';
import { type Part, partsOf } from './parts.ts';

/** What SI and FD change, alone and together; no section where no low-rank arm has both. */
export function partSection(arms: readonly ArmSummary[]): Section | null {
  const parts = partsOf(arms);
  const [first] = parts;
  if (first === undefined) return null;
  const { metric } = first.with;
  const blocks = [...grouped(parts, ({ place }) => place)].flatMap(([place, own]) => [
    text(`${place}:`),
    table(own, columnsFor(metric)),
    list([...grouped(own, settingOf)].map(([setting, members]) => `${setting}: ${readingOf(members)}`)),
  ]);
  const heading =
    first.with.kind === 'pretraining' ? 'SI and FD in pre-training' : 'SI and FD of pre-training after fine-tuning';
  return { heading, blocks: [text(legend + directionNote(metric)), ...blocks] };
}

const legend =
  'SI: spectral initialization; FD: Frobenius decay, in place of weight decay at the same λ. Difference: with minus ' +
  'without, with its 95 % interval, not adjusted; p: two-sided, adjusted over the rows of a model and data set by the ' +
  'method of Holm. Found: the least true difference that the test finds in 80 % of runs at an unadjusted level of 0.05; ' +
  'smaller ones this run cannot tell. Nothing is read from a setting in which the dense encoder does not learn enough ' +
  `for a difference to show, or, where it is trained without decay as well, λ alone harms it. ${testAssumptions}`;

function settingOf({ budget, optimizer }: Part): string {
  return `low-rank-${budget}, ${optimizer}`;
}

function readingOf(parts: readonly Part[]): string {
  const [{ obstacles }] = parts as [Part];
  if (obstacles.length > 0) return `not tested at this setting, where ${obstacles.join('; and ')}.`;
  const told = parts.filter(({ verdict }) => verdict === 'better' || verdict === 'worse');
  const open = parts.length - told.length;
  const sentences = told.map(({ what, verdict }) => `${what}: ${verdict}`);
  if (open > 0) sentences.push(`${open} of ${parts.length} differences cannot be told`);
  return `${sentences.join('; ')}.`;
}

const readings: Readonly<Record<Part['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  open: 'cannot be told',
  untested: 'not tested at this setting',
};

function columnsFor(metric: string): Column<Part>[] {
  const numeric = true;
  return [
    { name: 'what', cell: ({ what }) => what },
    { name: 'with', cell: (part) => `${armLabelOf(part.with)} (${resultText(part.with)})` },
    { name: 'without', cell: ({ without }) => `${armLabelOf(without)} (${resultText(without)})` },
    { name: 'difference', cell: ({ test }) => gainNumber(metric, test.difference), numeric },
    { name: '95 % interval', cell: (part) => intervalText(metric, part), numeric },
    { name: 'n', cell: ({ test }) => String(test.n), numeric },
    { name: 'adjusted p', cell: ({ adjustedP }) => orDash(adjustedP, pValue), numeric },
    { name: 'found', cell: ({ found }) => orDash(found, errorText(metric)), numeric },
    { name: 'reading', cell: ({ verdict }) => readings[verdict] },
  ];
}

function intervalText(metric: string, { test }: Part): string {
  const interval = intervalOf(test);
  return orDash(interval === null ? null : gainInterval(metric, interval), String);
}
