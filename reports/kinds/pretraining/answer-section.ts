import { armLabelOf } from '../../../harness/cell-name.ts';
import type { QuestionAnsweringDetails } from '../../../harness/spec/question-answering.ts';
import { mean, measuredOnly } from '../../../harness/statistics/moments.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import { type ArmSummary, measureOf } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import { isDense } from '../../arms/coordinates.ts';
import type { Block, Column, Section } from '../../render/document.ts';
import { table, text } from '../../render/document.ts';
import { fixed, orDash } from '../../render/format.ts';

type Details = NonNullable<QuestionAnsweringDetails>;

/** Answers to questions beside what pre-training came to; no section where nothing was answered. */
export function answerSection(arms: readonly ArmSummary[]): Section | null {
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const rows = members.filter((arm) => detailsOf(arm).length > 0);
    if (rows.length === 0) continue;
    blocks.push(text(`${place}:`), table(rows, columns), ...rows.filter(isDense).slice(0, 1).flatMap(sampleBlocks));
  }
  return blocks.length === 0 ? null : { heading: 'Answers', blocks: [text(legend), ...blocks] };
}

const legend =
  'Means over the completed seeds. F1 and exact match as SQuAD’s published script computes them. All encoders are ' +
  'fine-tuned alike, by Adam without decay: what differs is how they were pre-trained. Pre-training: cross-entropy of ' +
  'masked tokens in nats, of the cells that were fine-tuned.';

/** Records have been checked by the schema of their kind's words. */
function detailsOf({ completed }: ArmSummary): Details[] {
  return completed.flatMap(({ details }) => (details as QuestionAnsweringDetails) ?? []);
}

const numeric = true;
const columns: Column<ArmSummary>[] = [
  { name: 'arm', cell: (arm) => armLabelOf(arm) },
  { name: 'F1', cell: (arm) => resultText(arm), numeric },
  {
    name: 'exact match',
    cell: (arm) => orDash(measureOf(arm, 'exact_match').mean, (share) => `${(100 * share).toFixed(2)} %`),
    numeric,
  },
  {
    name: 'pre-training',
    cell: (arm) => orDash(mean(measuredOnly(detailsOf(arm).map(({ pretrained }) => pretrained))), fixed(4)),
    numeric,
  },
];

type Sample = Details['samples'][number];

function sampleBlocks(arm: ArmSummary): Block[] {
  const [record] = arm.completed;
  const [details] = detailsOf(arm);
  if (record === undefined || details === undefined || details.samples.length === 0) return [];
  return [
    text(`Answers to the first test questions, ${armLabelOf(arm)}, seed ${record.seed}:`),
    table(details.samples, [
      { name: 'question', cell: ({ question }: Sample) => question },
      { name: 'answer', cell: ({ answer }: Sample) => answer },
      { name: 'given', cell: ({ given }: Sample) => given },
    ]),
  ];
}
