import { z } from 'zod';

/** The vocabulary of suites that train sequence models, a part of `harness/spec/spec.ts` in a file of its own. */

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
 * - `released`: as the paper's released code trains Transformers. Weight decay is decoupled, but Frobenius decay is part of
 *   the gradient; whichever products it names, factorized matrices are among them; and then nothing else decays.
 */
export const decayCouplings = ['decoupled', 'gradient', 'released'] as const;
export type DecayCoupling = (typeof decayCouplings)[number];

const count = z.int().positive();
const positive = z.number().positive();

/** The encoder-decoder of Vaswani et al. 2017 in the paper's form: normalization first, learned positions, no biases. */
export const transformerSchema = z.strictObject({
  name: z.literal('transformer'),
  /** Of the encoder, and of the decoder. */
  layers: count,
  width: count,
  feedForward: count,
  heads: count,
  /** Longest sequence. */
  positions: count,
  /** Rows of the tables: at least as many as the data's vocabulary has symbols. */
  vocabulary: count,
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
  batchTokens: count,
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
