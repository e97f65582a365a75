import { z } from 'zod';
import {
  type Cell,
  cellConfigSchema,
  cellInitNames,
  cellRegularizerNames,
  metricNames,
  profileNames,
} from './spec/spec.ts';

/** The record of one finished cell: the only truth that baselines and reports read. Field names are the CSV's columns. */

const count = z.int().min(0);
/** Null means: not measured. JSON has no NaN or infinity; a diverged cell's losses are null. */
const measured = z.number().nullable();
/** The metric: a fraction of correct answers, or BLEU points. */
const score = z.number().min(0).max(100).nullable();

/** What a bit-exact comparison of weights needs equal. */
export const fingerprintSchema = z.strictObject({
  engine: z.string(),
  tensorflow: z.string(),
  binding: z.string(),
  device: z.string(),
  instruction_set: z.string(),
  threads: count,
  flags: z.string(),
  /** SHA-256 over the images and labels or the texts used, first 16 digits. */
  data: z.string(),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** The state after one epoch. Norms are means over the compressible layers' dense-equivalent weights. */
export const epochSchema = z.strictObject({
  epoch: count,
  /** Of the epoch's last step. */
  learning_rate: z.number(),
  train_loss: measured,
  train_accuracy: measured,
  test_loss: measured,
  test_accuracy: measured,
  frobenius_norm: measured,
  nuclear_norm: measured,
  /** Mean of η/‖W‖_F (Khodak et al. 2021, section 3.2). */
  learning_rate_over_norm: measured,
  /** Mean of η/‖W‖²_F, the effective learning rate. */
  effective_learning_rate: measured,
  /** Mean cross-entropy of a token of the validation text, without label smoothing, and its exponential; of sequence models. */
  valid_loss: measured.optional(),
  perplexity: measured.optional(),
  /** Of the updates alone, without the validation; of sequence models. */
  train_seconds: z.number().optional(),
  seconds: z.number(),
});
export type EpochPoint = z.infer<typeof epochSchema>;

/** Norms of one product before and after training; of attention's products, means over the heads. */
export const spectrumSchema = z.strictObject({
  name: z.string(),
  /** ‖W‖_F */
  frobenius_norm: z.strictObject({ before: measured, after: measured }),
  /** ‖W‖²_F/‖W‖²_2 */
  stable_rank: z.strictObject({ before: measured, after: measured }),
});
export type Spectrum = z.infer<typeof spectrumSchema>;

/** What is measured of a translation cell beside what every cell has; null where training diverged. */
export const translationSchema = z.strictObject({
  /** Of the weights that are decoded. */
  valid_loss: measured,
  perplexity: measured,
  /** Whose epoch's weights these are; null: a mean over epochs. */
  decoded_epoch: count.nullable(),
  /** In sacreBLEU's words how `value` was computed. */
  bleu_signature: z.string(),
  chrf: measured,
  chrf_signature: z.string(),
  vocabulary: count,
  /** Training pairs left out, by reason. */
  skipped: z.record(z.string(), count),
  /** Tokens of the target language a second. */
  train_tokens_per_second: measured,
  decode_tokens_per_second: measured,
  /** The first test sentences. */
  samples: z.array(z.strictObject({ source: z.string(), reference: z.string(), hypothesis: z.string() })),
  spectra: z.array(spectrumSchema),
});
export type TranslationResult = z.infer<typeof translationSchema>;

export const statusNames = ['completed', 'diverged', 'failed'] as const;

export const recordSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  suite: z.string(),
  profile: z.enum(profileNames),
  cell: z.string(),
  model: z.string(),
  dataset: z.string(),
  method: z.string(),
  init: z.enum(cellInitNames),
  regularizer: z.enum(cellRegularizerNames),
  budget: z.number(),
  ratio: measured,
  seed: count,
  /** Kept over all, of the convolution and linear weights only: biases and normalizations left out of both. */
  weight_ratio: measured,
  parameters: count.nullable(),
  /** Under masks: what the masks keep, and all that they do not cover. */
  nonzero_parameters: count.nullable(),
  /** Multiply-accumulate operations of one example's forward pass: convolutions and linear layers, without masked weights. */
  macs: count.nullable(),
  /** Examples propagated forward and backward, in all phases and for scores, over the training set's size; tests left out. */
  training_passes: measured,
  /** 3 x the forward pass's multiply-accumulates x these examples; masked weights count, as they are multiplied too. */
  training_macs: measured,
  metric: z.enum(metricNames),
  /** The metric of the final weights: the value that is gated. */
  value: score,
  /** The best over the last phase's tests: selected on the test set, so only shown. */
  best_value: score,
  train_loss: measured,
  train_examples_per_second: measured,
  eval_examples_per_second: measured,
  step_ms: measured,
  gpu_memory_peak_bytes: count.nullable(),
  rss_peak_bytes: count.nullable(),
  tensor_peak_bytes: count.nullable(),
  seconds: measured,
  /** SHA-256 over the final trainable weights and statistics, in name order. */
  weights_digest: z.string().nullable(),
  status: z.enum(statusNames),
  error: z.string().nullable(),
  config: cellConfigSchema,
  /** The file that the method came from, where it is none of the registry; the configuration has its digest. */
  origin: z.string().optional(),
  /** Digest of the code that computed it; null for a failed cell. */
  program: z.string().nullable(),
  fingerprint: fingerprintSchema.nullable(),
  data_source: z.enum(['files', 'generated']).nullable(),
  train_examples: count.nullable(),
  test_examples: count.nullable(),
  /** The trainings that follow one another in the curve. */
  phases: z.array(z.strictObject({ label: z.string(), epochs: count })),
  curve: z.array(epochSchema),
  translation: translationSchema.optional(),
  warnings: z.array(z.string()),
  started_at: z.string(),
  finished_at: z.string(),
});
export type CellRecord = z.infer<typeof recordSchema>;

/** The fields that a record has from its cell, and gives back to make the cell again. */
export function identityOf(of: Cell | CellRecord) {
  const { id, suite, profile, cell, model, dataset, method, init, regularizer, budget, ratio, seed, config } = of;
  const origin = of.origin === undefined ? {} : { origin: of.origin };
  return {
    id,
    suite,
    profile,
    cell,
    model,
    dataset,
    method,
    init,
    regularizer,
    budget,
    ratio,
    seed,
    config,
    ...origin,
  };
}

export const verdictNames = [
  'reproduced',
  'pass',
  'improved',
  'regressed',
  'inconclusive',
  'no-baseline',
  'failed',
] as const;
export type VerdictName = (typeof verdictNames)[number];

/** What the check says of one cell. */
export interface Verdict {
  id: string;
  cell: string;
  verdict: VerdictName;
  /** A sentence for people: what was compared, expected and measured. */
  reason: string;
  expected: number | null;
  measured: number | null;
}
