import { armLabelOf } from '../../../harness/cell-name.ts';
import type { CompletedRecord } from '../../../harness/record.ts';
import type { Spectrum, TranslationDetails } from '../../../harness/spec/translation.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import { mean, measuredOnly } from '../../../harness/statistics/moments.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import { type ArmSummary, measureOf } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import { isDense } from '../../arms/coordinates.ts';
import type { Block, Column, Section } from '../../render/document.ts';
import { table, text } from '../../render/document.ts';
import { fixed, orDash, significant } from '../../render/format.ts';

type Details = NonNullable<TranslationDetails>;

/** What is measured of translations beside the metric; no section where nothing was translated. */
export function translationSection(arms: readonly ArmSummary[]): Section | null {
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const rows = members.filter((arm) => resultsOf(arm).length > 0);
    const [first] = rows.flatMap(resultsOf);
    if (first === undefined) continue;
    blocks.push(
      text(`${place}:`),
      table(rows, columns),
      text(signatures(first)),
      text('Spectra before and after training, means over the parts of a kind:'),
      table(spectra(rows), spectrumColumns),
      ...rows.filter(isShown).flatMap(sampleBlocks),
    );
  }
  return blocks.length === 0 ? null : { heading: 'Translations', blocks: [text(legend), ...blocks] };
}

const legend =
  'Means over the completed seeds. Validation loss and perplexity are those of the weights that are decoded. Tokens ' +
  'a second: of the target language, in training without validation, in decoding over the test text. Stable rank: ' +
  '‖W‖²_F/‖W‖²_2; of attention, of each head’s product.';

/** Null of a cell whose details were not measured. Records have been checked by the schema of their kind's words. */
function detailsOf({ details }: CompletedRecord): TranslationDetails {
  return details as TranslationDetails;
}

function resultsOf({ completed }: ArmSummary): Details[] {
  return completed.map(detailsOf).filter((details) => details !== null);
}

type MeanField = 'train_tokens_per_second' | 'decode_tokens_per_second';

function meanOf(arm: ArmSummary, field: MeanField): number | null {
  return mean(measuredOnly(resultsOf(arm).map((result) => result[field])));
}

const numeric = true;
const columns: Column<ArmSummary>[] = [
  { name: 'arm', cell: (arm) => armLabelOf(arm) },
  { name: 'BLEU', cell: (arm) => resultText(arm), numeric },
  { name: 'chrF', cell: (arm) => orDash(measureOf(arm, 'chrf').mean, fixed(2)), numeric },
  { name: 'validation loss', cell: (arm) => orDash(measureOf(arm, 'valid_loss').mean, fixed(4)), numeric },
  { name: 'perplexity', cell: (arm) => orDash(measureOf(arm, 'perplexity').mean, fixed(3)), numeric },
  { name: 'train tokens/s', cell: (arm) => orDash(meanOf(arm, 'train_tokens_per_second'), significant), numeric },
  { name: 'decode tokens/s', cell: (arm) => orDash(meanOf(arm, 'decode_tokens_per_second'), significant), numeric },
];

function signatures({ bleu_signature, chrf_signature, vocabulary, skipped }: Details): string {
  const reasons = Object.entries(skipped).filter(([, count]) => count > 0);
  const left = reasons.length === 0 ? 'none' : reasons.map(([reason, count]) => `${count} (${reason})`).join(', ');
  const scores = `BLEU ${bleu_signature}; chrF ${chrf_signature}.`;
  return `${scores} Vocabulary: ${vocabulary} symbols. Training pairs left out: ${left}.`;
}

interface SpectrumRow {
  arm: string;
  kind: string;
  frobenius: string;
  stableRank: string;
}

const spectrumColumns: Column<SpectrumRow>[] = [
  { name: 'arm', cell: ({ arm }) => arm },
  { name: 'weights', cell: ({ kind }) => kind },
  { name: '‖W‖_F', cell: ({ frobenius }) => frobenius, numeric },
  { name: 'stable rank', cell: ({ stableRank }) => stableRank, numeric },
];

const kinds: readonly [string, (name: string) => boolean][] = [
  ['embeddings', (name) => ['source', 'target', 'positions'].includes(name)],
  ['output', (name) => name === 'output'],
  ['query-key', (name) => name.endsWith('.query-key')],
  ['output-value', (name) => name.endsWith('.output-value')],
];

function spectra(arms: readonly ArmSummary[]): SpectrumRow[] {
  return arms.flatMap((arm) =>
    kinds.map(([kind, isKind]) => {
      const found = resultsOf(arm).flatMap((result) => result.spectra.filter(({ name }) => isKind(name)));
      return {
        arm: armLabelOf(arm),
        kind,
        frobenius: change(found.map((one) => one.frobenius_norm)),
        stableRank: change(found.map((one) => one.stable_rank)),
      };
    }),
  );
}

/** `20.3 → 23.7`. */
function change(values: readonly Spectrum['stable_rank'][]): string {
  const [before, after] = (['before', 'after'] as const).map((when) =>
    orDash(mean(measuredOnly(values.map((value) => value[when]))), significant),
  );
  return `${before} → ${after}`;
}

/** Of the dense model and of what the paper proposes. */
function isShown(arm: ArmSummary): boolean {
  const regularizer = factorOf(arm, 'regularizer');
  if (isDense(arm)) return regularizer === 'none';
  return factorOf(arm, 'init') === 'spectral' && regularizer === 'frobenius-decay';
}

type Sample = Details['samples'][number];

function sampleBlocks(arm: ArmSummary): Block[] {
  const [record] = arm.completed;
  const samples = record ? (detailsOf(record)?.samples ?? []) : [];
  if (!record || samples.length === 0) return [];
  return [
    text(`Translations of the first test sentences, ${armLabelOf(arm)}, seed ${record.seed}:`),
    table(samples, [
      { name: 'source', cell: ({ source }: Sample) => source },
      { name: 'reference', cell: ({ reference }: Sample) => reference },
      { name: 'translation', cell: ({ hypothesis }: Sample) => hypothesis },
    ]),
  ];
}
