import { grouped } from '../../../baselines/arms.ts';
import { counted } from '../../../baselines/wording.ts';
import { armLabelOf } from '../../../harness/cell-name.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { intervalOf, testAssumptions } from '../../arms/arm-test.ts';
import { resultText } from '../../arms/arm-text.ts';
import { computeOf } from '../../arms/tuning-lanes.ts';
import type { Column, Section } from '../../render/document.ts';
import { list, table, text } from '../../render/document.ts';
import { orDash, pValue } from '../../render/format.ts';
import { errorText, gainInterval, gainNumber } from '../../render/metric-text.ts';
import { type OvercompleteClaim, type OvercompleteRival, overcompleteClaims } from './overcomplete.ts';

interface Row {
  ours: ArmSummary;
  rival: OvercompleteRival;
}

/** Overcomplete training with Frobenius decay against its controls; no section where neither is there. */
export function overcompleteSection(arms: readonly ArmSummary[]): Section | null {
  const claims = overcompleteClaims(arms);
  const [first] = claims;
  if (first === undefined) return null;
  const blocks = [...grouped(claims, ({ place }) => place)].flatMap(([place, own]) => [
    text(`${place}:`),
    list(own.map(readingOf)),
    table(
      own.flatMap(({ ours, rivals }) => rivals.map((rival): Row => ({ ours, rival }))),
      columnsFor(first.ours.metric),
    ),
  ]);
  return { heading: 'Overcomplete training against its controls', blocks: [text(legend), ...blocks] };
}

const legend =
  'The claim: factors of more parameters than the layer, trained with Frobenius decay and collapsed for inference, beat ' +
  'plain training of the same network (Khodak et al. 2021, section 4.3). Each overcomplete arm against the dense network ' +
  'trained for as many epochs; against that trained for as many multiply-accumulates of the passes, which leave out what Frobenius decay multiplies for itself (5 to 16 % more at published sizes, more in narrow networks); against a wider dense network of as ' +
  'many trained parameters, which keeps them all (where the suite has one: it leaves out those that take too long); against its own factors under weight decay; and against the dense ' +
  'network that learns from a teacher, whose compute holds its teacher’s. Difference: overcomplete minus rival, with its ' +
  '95 % interval, not adjusted; p: two-sided, adjusted over all rows of a model and data set by the method of Holm. ' +
  'Found: the least true difference that the test finds in 80 % of runs at an unadjusted level of 0.05; smaller ones this ' +
  `run cannot tell. ${testAssumptions}`;

function readingOf({ ours, rivals, obstacles }: OvercompleteClaim): string {
  const name = armLabelOf(ours);
  if (obstacles.length > 0) return `${name}: not tested at this setting, where ${obstacles.join('; and ')}.`;
  const of = (verdict: OvercompleteRival['verdict']) => rivals.filter((rival) => rival.verdict === verdict);
  const [above, below, open] = [of('above'), of('below'), of('open')];
  const parts = [`significantly above ${above.length} of ${counted(rivals.length, 'control')}`];
  if (below.length > 0) parts.push(`below ${below.map(({ what }) => what).join('; ')}`);
  if (open.length > 0) parts.push(`not told from ${open.map(({ what }) => what).join('; ')}`);
  return `${name}: ${parts.join('; ')}.`;
}

function columnsFor(metric: string): Column<Row>[] {
  const numeric = true;
  return [
    { name: 'overcomplete arm', cell: ({ ours }) => `${armLabelOf(ours)} (${resultText(ours)})` },
    { name: 'against', cell: ({ rival }) => rival.what },
    { name: 'arm', cell: ({ rival }) => `${armLabelOf(rival.arm)} (${resultText(rival.arm)})` },
    { name: 'compute', cell: ({ ours, rival }) => computeText(ours, rival.arm), numeric },
    { name: 'difference', cell: ({ rival }) => gainNumber(metric, rival.test.difference), numeric },
    {
      name: '95 % interval',
      cell: ({ rival }) => orDash(intervalText(metric, rival), String),
      numeric,
    },
    { name: 'n', cell: ({ rival }) => String(rival.test.n), numeric },
    { name: 'adjusted p', cell: ({ rival }) => orDash(rival.adjustedP, pValue), numeric },
    { name: 'found', cell: ({ rival }) => orDash(rival.found, errorText(metric)), numeric },
    { name: 'reading', cell: ({ rival }) => readings[rival.verdict] },
  ];
}

const readings: Readonly<Record<OvercompleteRival['verdict'], string>> = {
  above: 'above',
  below: 'below',
  open: 'cannot be told',
  untested: 'not tested at this setting',
};

function intervalText(metric: string, { test }: OvercompleteRival): string | null {
  const interval = intervalOf(test);
  return interval === null ? null : gainInterval(metric, interval);
}

/** The rival's training over that of the overcomplete arm: `1.02×`. */
function computeText(ours: ArmSummary, rival: ArmSummary): string {
  const [own, other] = [computeOf(ours), computeOf(rival)];
  return orDash(own === null || other === null || own === 0 ? null : other / own, (ratio) => `${ratio.toFixed(2)}×`);
}
