import { armLabelOf } from '../../../harness/cell-name.ts';
import type { PretrainingDetails } from '../../../harness/spec/pretraining.ts';
import { mean, measuredOnly } from '../../../harness/statistics/moments.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import { type ArmSummary, measureOf } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import { isDense } from '../../arms/coordinates.ts';
import type { Block, Column, Section } from '../../render/document.ts';
import { list, table, text } from '../../render/document.ts';
import { fixed, orDash, significant } from '../../render/format.ts';

/** Nats below the unigram entropy from which on a dense network has learnt from context for certain. */
export const leastBelowUnigram = 1;

/** Masked tokens beside the best guess that does not look at the context; no section where nothing was trained. */
export function maskedTokenSection(arms: readonly ArmSummary[]): Section | null {
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const rows = members.filter(({ completed }) => completed.length > 0);
    if (rows.length === 0) continue;
    blocks.push(text(`${place}:`), table(rows, columns), list(rows.filter(isDense).map(readingOf)));
  }
  return blocks.length === 0 ? null : { heading: 'Masked tokens', blocks: [text(legend), ...blocks] };
}

const legend =
  'Means over the completed seeds. The masked test tokens are the same in all cells on the same text. Unigram entropy: ' +
  '−Σ p log p of their own frequencies, in nats: what the best guess comes to that does not look at the context. ' +
  'FLAMBé’s rule is not published; `flambe-as-read` is this project’s reading of it: LAMB whose decay is Frobenius ' +
  'decay inside the trust ratio.';

/** Records have been checked by the schema of their kind's words. */
function detailsOf({ completed }: ArmSummary): PretrainingDetails[] {
  return completed.map(({ details }) => details as PretrainingDetails);
}

type MeanField = 'unigram_entropy' | 'below_unigram' | 'masked_tokens' | 'train_tokens_per_second';

/** The mean over an arm's completed seeds; null: nothing was measured. */
export function detailMean(arm: ArmSummary, field: MeanField): number | null {
  return mean(measuredOnly(detailsOf(arm).map((details) => details[field])));
}

const numeric = true;
const columns: Column<ArmSummary>[] = [
  { name: 'arm', cell: (arm) => armLabelOf(arm) },
  { name: 'cross-entropy', cell: (arm) => resultText(arm), numeric },
  { name: 'unigram entropy', cell: (arm) => orDash(detailMean(arm, 'unigram_entropy'), fixed(4)), numeric },
  { name: 'below it by', cell: (arm) => orDash(detailMean(arm, 'below_unigram'), fixed(4)), numeric },
  {
    name: 'accuracy',
    cell: (arm) => orDash(measureOf(arm, 'masked_accuracy').mean, (share) => `${(100 * share).toFixed(2)} %`),
    numeric,
  },
  { name: 'masked tokens', cell: (arm) => orDash(detailMean(arm, 'masked_tokens'), String), numeric },
  { name: 'train tokens/s', cell: (arm) => orDash(detailMean(arm, 'train_tokens_per_second'), significant), numeric },
];

function readingOf(arm: ArmSummary): string {
  const [below, entropy] = [detailMean(arm, 'below_unigram'), detailMean(arm, 'unigram_entropy')];
  if (below === null || entropy === null) return `${armLabelOf(arm)}: nothing was measured.`;
  const where = below >= 0 ? `${below.toFixed(2)} nats below` : `${(-below).toFixed(2)} nats above`;
  const verdict =
    below >= leastBelowUnigram
      ? `it has learnt from context`
      : `less than the ${leastBelowUnigram} nat from which on arms are compared here`;
  return `${armLabelOf(arm)} ends ${where} the unigram entropy of ${entropy.toFixed(2)}: ${verdict}.`;
}
