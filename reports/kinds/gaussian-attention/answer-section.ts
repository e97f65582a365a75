import { type SortName, sortNames } from '../../../harness/spec/gaussian-attention.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { seriesLabel } from '../../arms/arm-text.ts';
import { placeOf } from '../../arms/coordinates.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { estimateOf } from '../estimates.ts';
import { estimateText, resultsOf, type ScoreName } from './sort-values.ts';

interface Row {
  arm: ArmSummary;
  manner: 'symbols' | 'words';
  sort: SortName;
}

/** How questions of each sort are answered; none without a completed arm. */
export function answerSection(arms: readonly ArmSummary[]): Section | null {
  const rows = arms.flatMap((arm) =>
    (['symbols', 'words'] as const).flatMap((manner) =>
      sortNames.flatMap((sort): Row[] => (resultsOf(arm, sort, manner).size === 0 ? [] : [{ arm, manner, sort }])),
    ),
  );
  if (rows.length === 0) return null;
  return { heading: 'Answers by sort of question', blocks: [table(rows, columns), text(legend)] };
}

const legend =
  'Test questions: of one fact, of two facts one after the other, and of two facts that share their answer, which are ' +
  'never trained on. In words: read by the encoder, which is trained by answers alone. An answer is ranked against the ' +
  'entities that are no answer, by its attention score; of equal scores the mean of both orders counts. Hits@1: answers ' +
  'before all of these. A question counts by the mean over its answers. Chance: expected of a random order. ± is half ' +
  'of the 95 % interval of the mean over seeds (Student’s t); a single seed has none.';

const measured = (score: ScoreName) => (row: Row) =>
  estimateText(
    estimateOf([...resultsOf(row.arm, row.sort, row.manner).values()].map((result) => result[score])),
    score,
  );

const expectedByChance = (score: ScoreName) => (row: Row) => {
  const [first] = resultsOf(row.arm, row.sort, row.manner).values();
  return estimateText(first === undefined ? null : { mean: first.chance[score], reach: null }, score);
};

const columns: Column<Row>[] = [
  { name: 'place', cell: ({ arm }) => placeOf(arm) },
  { name: 'arm', cell: ({ arm }) => seriesLabel(arm) },
  { name: 'asked', cell: ({ manner, sort }) => (manner === 'words' ? `${sort}, in words` : sort) },
  {
    name: 'questions',
    cell: ({ arm, sort, manner }) => String([...resultsOf(arm, sort, manner).values()][0]!.questions),
    numeric: true,
  },
  { name: 'hits@1, %', cell: measured('hits_at_1'), numeric: true },
  { name: 'chance', cell: expectedByChance('hits_at_1'), numeric: true },
  { name: 'mean rank', cell: measured('mean_rank'), numeric: true },
  { name: 'chance', cell: expectedByChance('mean_rank'), numeric: true },
  { name: 'MRR', cell: measured('mean_reciprocal_rank'), numeric: true },
  { name: 'chance', cell: expectedByChance('mean_reciprocal_rank'), numeric: true },
];
