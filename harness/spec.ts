import { z } from 'zod';

/** The vocabulary of suites and cells: what a suite file may say, and what a cell resolves to. */

export const profileNames = ['smoke', 'nightly', 'paper'] as const;
/** Kinds of products in a Transformer: factorized matrices, and the two of attention's projections. */
export const productNames = ['linear', 'query-key', 'output-value'] as const;
export type ProductName = (typeof productNames)[number];

/** Spectral initialization of every product of a network, and of some of a Transformer's. */
export const spectralProducts = {
  spectral: productNames,
  'spectral-linear': ['linear'],
  'spectral-attention': ['query-key', 'output-value'],
  'spectral-query-key': ['query-key'],
  'spectral-output-value': ['output-value'],
} as const satisfies Record<string, readonly ProductName[]>;

/** Frobenius decay of every product of a network, and of some of a Transformer's; the rest decays as ever. */
export const decayedProducts = {
  'frobenius-decay': productNames,
  'frobenius-decay-linear': ['linear'],
  'frobenius-decay-attention': ['query-key', 'output-value'],
  'frobenius-decay-query-key': ['query-key'],
  'frobenius-decay-output-value': ['output-value'],
} as const satisfies Record<string, readonly ProductName[]>;

export const initNames = ['default', 'spectral'] as const;
export const regularizerNames = ['none', 'weight-decay', 'frobenius-decay'] as const;
/** What only a Transformer tells apart. */
export const partialInitNames = [
  'spectral-linear',
  'spectral-attention',
  'spectral-query-key',
  'spectral-output-value',
] as const;
export const partialRegularizerNames = [
  'frobenius-decay-linear',
  'frobenius-decay-attention',
  'frobenius-decay-query-key',
  'frobenius-decay-output-value',
] as const;
export const metricNames = ['accuracy', 'bleu'] as const;
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

export type ProfileName = (typeof profileNames)[number];
export type InitName = (typeof initNames)[number];
export type RegularizerName = (typeof regularizerNames)[number];
/** Of cells: those of every network, and those of Transformers. */
export type CellInitName = InitName | (typeof partialInitNames)[number];
export type CellRegularizerName = RegularizerName | (typeof partialRegularizerNames)[number];

const fraction = z.number().gt(0).max(1);
const positive = z.number().positive();
const count = z.int().positive();

/** Depth 6n+2 and the channels w of the first of three stages, (w, 2w, 4w). */
const resnetShape = { depth: count, width: count };

export const modelSchema = z.discriminatedUnion('name', [
  /** CIFAR ResNet of He et al. 2016, section 4.2, with option-A shortcuts: subsampling and zero channels. */
  z.strictObject({ name: z.literal('resnet'), ...resnetShape }),
  /** The same with projections: a 1x1 convolution and batch norm where a block changes the shape. */
  z.strictObject({ name: z.literal('resnet-projection'), ...resnetShape }),
  /** VGG with batch norm and one linear layer, for small images; w channels in the first of five stages. */
  z.strictObject({ name: z.literal('vgg'), depth: z.literal(19), width: count }),
  /** Wide ResNet of Zagoruyko and Komodakis 2016: depth 6n+4, `widen` times (16, 32, 64) channels. */
  z.strictObject({ name: z.literal('wide-resnet'), depth: count, widen: count }),
]);

/** Data sets that are read from files. */
export const fileDatasetNames = ['cifar-10', 'cifar-100', 'tiny-imagenet'] as const;
export type FileDatasetName = (typeof fileDatasetNames)[number];

export const datasetSchema = z.strictObject({
  /** `generated` needs no files. */
  name: z.enum([...fileDatasetNames, 'generated']),
  /** Training images used, the first of the files; null: the whole published set. */
  trainExamples: count.nullable(),
  /** Test images used; null: the whole published set. */
  testExamples: count.nullable(),
  /** Random horizontal flip, and a random crop out of the image padded with zeros by `cropPadding` on each side. */
  flip: z.boolean(),
  cropPadding: z.int().min(0),
  /** Side in pixels of the square that Cutout blanks in every training image; absent: none. */
  cutout: count.optional(),
  normalization: z.enum(['dataset', 'imagenet']),
});

export const trainingSchema = z.strictObject({
  epochs: count,
  batchSize: count,
  learningRate: positive,
  /** Fractions of the training steps after which the learning rate is multiplied by `decayFactor`. */
  decayAt: z.array(z.number().gt(0).lt(1)),
  decayFactor: fraction,
  /** Learning rate of the first epoch, where it differs (He et al. 2016: deep ResNets); null: the schedule's. */
  firstEpochLearningRate: positive.nullable(),
  momentum: z.number().min(0).lt(1),
  /** λ of weight decay and of Frobenius decay; one value serves both (Khodak et al. 2021, section 3.3). */
  decay: z.number().min(0),
  /** Share of the target spread over all classes (Szegedy et al. 2016). */
  labelSmoothing: z.number().min(0).lt(1),
});

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

/** Arms of a comparison: the product of inits x regularizers x budgets for one method. */
export const armSchema = z.strictObject({
  method: z.string().min(1),
  inits: z.array(z.enum(initNames)).min(1),
  regularizers: z.array(z.enum(regularizerNames)).min(1),
  /** Target ratios of parameters kept, over all parameters. */
  budgets: z.array(fraction).min(1),
});

/** Models that are trained alike on one data set, each under every arm. */
export const experimentSchema = z.strictObject({
  models: z.array(modelSchema).min(1),
  dataset: datasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: datasetSchema.nullable(),
  training: trainingSchema,
  arms: z.array(armSchema).min(1),
  /** Measured examples a second of a dense cell, one thread; the base of the time estimate. */
  denseExamplesPerSecond: positive,
});

export const profileSchema = z.strictObject({
  /** One or two sentences: what this profile reduces against the published schedule, and why it still tells. */
  note: z.string(),
  experiments: z.array(experimentSchema).min(1),
  seeds: count,
  /** Margin of the check, in the metric's unit (fraction of correct answers): a smaller drop is not a regression. */
  margin: fraction,
  /** A cell that runs longer is ended and recorded as failed. */
  timeLimitSeconds: positive,
});

export const suiteSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  description: z.string(),
  profiles: z.partialRecord(z.enum(profileNames), profileSchema),
});

export type ModelSpec = z.infer<typeof modelSchema>;
export type DatasetSpec = z.infer<typeof datasetSchema>;
export type TrainingSpec = z.infer<typeof trainingSchema>;
export type ArmSpec = z.infer<typeof armSchema>;
export type ExperimentSpec = z.infer<typeof experimentSchema>;
export type ProfileSpec = z.infer<typeof profileSchema>;
export type SuiteSpec = z.infer<typeof suiteSchema>;

/** Everything that decides a cell's result, defaults included; its hash is the cell's id. */
export const cellConfigSchema = z.strictObject({
  model: modelSchema,
  dataset: datasetSchema,
  training: trainingSchema,
  method: z.string(),
  /** SHA-256 of the file that the method comes from; absent for a method of the registry. */
  methodDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  init: z.enum(initNames),
  regularizer: z.enum(regularizerNames),
  budget: fraction,
  seed: z.int().min(0),
});
export type CellConfig = z.infer<typeof cellConfigSchema>;

/** One training run of a plan. */
export interface Cell {
  /** First 16 hexadecimal digits of the SHA-256 of the canonical JSON of `config`. */
  id: string;
  suite: string;
  profile: ProfileName;
  /** Readable, unique in its suite and profile, safe as a file name: `low-rank-0.1.spectral.frobenius-decay.resnet-20.cifar-10.seed-0`. */
  cell: string;
  model: string;
  dataset: string;
  method: string;
  init: InitName;
  regularizer: RegularizerName;
  /** Target ratio of parameters kept. */
  budget: number;
  /** Ratio that the method reaches, known before training; null where training finds it. */
  ratio: number | null;
  seed: number;
  config: CellConfig;
  /** The file that the method comes from, absolute; only where the configuration has its digest. */
  origin?: string | undefined;
  estimatedSeconds: number;
  timeLimitSeconds: number;
}
