import { z } from 'zod';
import type { KindWords } from './kind-words.ts';
import {
  decidingRates,
  epochsText,
  idleFactors,
  methodConfigOf,
  methodConfigSchema,
  methodFactors,
  methodFactorsSchema,
  ratesOf,
} from './method-words.ts';
import { transformerName } from './model-names.ts';
import { textDatasetSchema } from './text.ts';
import { armSchemaOf, count, positive } from './words.ts';

/** The words of machine translation. */

/** Kinds of products in a Transformer: factorized matrices, and the two of attention's projections. */
export const productNames = ['linear', 'query-key', 'output-value'] as const;
export type ProductName = (typeof productNames)[number];

/** Spectral initialization of all products of a Transformer, and of some. */
export const spectralProducts = {
  spectral: productNames,
  'spectral-linear': ['linear'],
  'spectral-attention': ['query-key', 'output-value'],
  'spectral-query-key': ['query-key'],
  'spectral-output-value': ['output-value'],
} as const satisfies Record<string, readonly ProductName[]>;

/** Frobenius decay of all products of a Transformer, and of some; whatever else there is decays as ever. */
export const decayedProducts = {
  'frobenius-decay': productNames,
  'frobenius-decay-linear': ['linear'],
  'frobenius-decay-attention': ['query-key', 'output-value'],
  'frobenius-decay-query-key': ['query-key'],
  'frobenius-decay-output-value': ['output-value'],
} as const satisfies Record<string, readonly ProductName[]>;

export const transformerInitNames = [
  'default',
  ...(Object.keys(spectralProducts) as (keyof typeof spectralProducts)[]),
  /** Every kept singular value of a factorized matrix 1 (Kamalakara et al. 2022); attention's products as by `spectral`. */
  'spectral-ones',
] as const;
export const transformerRegularizerNames = [
  'none',
  'weight-decay',
  ...(Object.keys(decayedProducts) as (keyof typeof decayedProducts)[]),
] as const;
export type TransformerInitName = (typeof transformerInitNames)[number];
export type TransformerRegularizerName = (typeof transformerRegularizerNames)[number];

/**
 * Where a sequence cell's decay enters.
 *
 * - `decoupled`: beside the step, w ← w − η·λ·∂R, with λ alike for weight decay and Frobenius decay.
 * - `gradient`: as part of the gradient, before clipping and momentum.
 * - `released`: as the paper's released code trains Transformers. Weight decay is decoupled, but Frobenius decay is
 *   part of the gradient; whichever products it names, factorized matrices are among them; and then nothing else
 *   decays.
 */
export const decayCouplings = ['decoupled', 'gradient', 'released'] as const;
export type DecayCoupling = (typeof decayCouplings)[number];

/**
 * The encoder-decoder of Vaswani et al. 2017 in the paper's form: normalization first, learned positions, no biases.
 */
export const transformerSchema = z.strictObject({
  name: z.literal('transformer'),
  /** Of the encoder, and of the decoder. */
  layers: count.max(1000),
  width: count.max(65_536),
  feedForward: count.max(1e6),
  heads: count.max(1024),
  /** Longest sequence. */
  positions: count.max(1e6),
  /** Rows of the tables: at least as many as the data's vocabulary has symbols. */
  vocabulary: count.max(1e7),
});
export type TransformerSpec = z.infer<typeof transformerSchema>;

export const optimizerSchema = z.discriminatedUnion('name', [
  /** Stochastic gradient descent with Nesterov momentum μ. */
  z.strictObject({ name: z.literal('nesterov'), momentum: z.number().min(0).lt(1) }),
  /** Adam with the means' β₁ and β₂, and ε. */
  z.strictObject({
    name: z.literal('adam'),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: positive,
  }),
]);
export type SequenceOptimizer = z.infer<typeof optimizerSchema>;

export const sequenceTrainingSchema = z.strictObject({
  /** Passes over the training pairs; each ends with a validation. */
  epochs: count,
  /** Updates after which training ends, if that is earlier; null: whole epochs. */
  updates: count.nullable(),
  /** Padded tokens of a batch's longer side. */
  batchTokens: count.max(1e8),
  /** Lengths that sentences are padded to, ascending. */
  lengths: z.array(count).min(1),
  optimizer: optimizerSchema,
  learningRate: positive,
  /** Updates during which the learning rate rises in proportion to their number. */
  warmupUpdates: z.int().min(0),
  /** The update up to which it then is constant; after it, it falls as 1/√update. */
  constantUpdates: count,
  /** Largest norm of all gradients together; null: as they are. */
  clipNorm: positive.nullable(),
  /** Shares of values set to zero behind embeddings and sublayers, and behind ReLUs. */
  dropout: z.number().min(0).lt(1),
  reluDropout: z.number().min(0).lt(1),
  /** Share of the target spread over all tokens. */
  labelSmoothing: z.number().min(0).lt(1),
  /** λ of weight decay and of Frobenius decay. */
  decay: z.number().min(0),
  decayCoupling: z.enum(decayCouplings),
  /** Epochs at the end whose weights' mean is decoded; null: the epoch of the lowest validation loss is. */
  averagedEpochs: count.nullable(),
  decoding: z.strictObject({
    /** Hypotheses kept. */
    beam: count,
    /** α of the final scores log p/length^α. */
    lengthPenalty: z.number().min(0),
    /** The longest translation of n tokens has ⌊a·n + b⌋. */
    maxLength: z.strictObject({ a: z.number().min(0), b: z.number().min(0) }),
  }),
});
export type SequenceTrainingSpec = z.infer<typeof sequenceTrainingSchema>;

export const translationArmSchema = armSchemaOf({
  ...methodFactorsSchema(transformerInitNames, transformerRegularizerNames),
  /** Where decay enters, in place of the training's. */
  coupling: z.array(z.enum(decayCouplings)).min(1).optional(),
});

export const translationExperimentSchema = z.strictObject({
  task: z.literal('translation'),
  models: z.array(transformerSchema).min(1),
  dataset: textDatasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: textDatasetSchema.nullable(),
  training: sequenceTrainingSchema,
  arms: z.array(translationArmSchema).min(1),
});

export const translationConfigSchema = z.strictObject({
  task: z.literal('translation'),
  model: transformerSchema,
  dataset: textDatasetSchema,
  training: sequenceTrainingSchema,
  ...methodConfigSchema(transformerInitNames, transformerRegularizerNames),
});

const measured = z.number().nullable();

/** Norms of one product before and after training; of attention's products, means over the heads. */
export const spectrumSchema = z.strictObject({
  name: z.string(),
  /** ‖W‖_F */
  frobenius_norm: z.strictObject({ before: measured, after: measured }),
  /** ‖W‖²_F/‖W‖²_2 */
  stable_rank: z.strictObject({ before: measured, after: measured }),
});

/** What is measured of a translation cell beside what every cell has; null where training diverged. */
export const translationDetailsSchema = z
  .strictObject({
    /** Whose epoch's weights are decoded; null: a mean over epochs. */
    decoded_epoch: z.int().min(0).nullable(),
    /** In sacreBLEU's words how the metrics were computed. */
    bleu_signature: z.string(),
    chrf_signature: z.string(),
    vocabulary: z.int().min(0),
    /** Training pairs left out, by reason. */
    skipped: z.record(z.string(), z.int().min(0)),
    /** Tokens of the target language a second. */
    train_tokens_per_second: measured,
    decode_tokens_per_second: measured,
    /** The first test sentences. */
    samples: z.array(z.strictObject({ source: z.string(), reference: z.string(), hypothesis: z.string() })),
    spectra: z.array(spectrumSchema),
  })
  .nullable();

export type TranslationArmSpec = z.infer<typeof translationArmSchema>;
export type TranslationExperimentSpec = z.infer<typeof translationExperimentSchema>;
export type TranslationConfig = z.infer<typeof translationConfigSchema>;
export type Spectrum = z.infer<typeof spectrumSchema>;
export type TranslationDetails = z.infer<typeof translationDetailsSchema>;

export const translation: KindWords<TranslationConfig, TranslationExperimentSpec> = {
  task: 'translation',
  metrics: ['bleu', 'chrf', 'valid_loss', 'perplexity'],
  at: 'epoch',
  examples: 'sentence pairs',
  usesMethods: true,
  experiment: translationExperimentSchema,
  config: translationConfigSchema,
  details: translationDetailsSchema,
  factors: {
    ...methodFactors(transformerInitNames, transformerRegularizerNames),
    coupling: { of: ({ training }) => training.decayCoupling, order: decayCouplings },
  },
  configOf({ task, training }, choice) {
    const { coupling = training.decayCoupling } = choice.factors;
    const own = { ...ratesOf(training, choice), decayCoupling: coupling };
    return { ...methodConfigOf(task, choice), training: { ...training, ...own } };
  },
  idle: (factors) => [...idleFactors(factors), ...(factors.regularizer === 'none' ? ['coupling'] : [])],
  model: ({ model }) => transformerName(model),
  dataset: ({ dataset }) => dataset.name,
  rates: decidingRates,
  validation: { value: 'valid_loss', better: 'lower', at: 'best' },
  length: ({ training }) => epochsText(training.epochs),
};
