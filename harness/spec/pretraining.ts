import { z } from 'zod';
import type { Choice, KindWords } from './kind-words.ts';
import {
  decidingRates,
  idleFactors,
  methodConfigOf,
  methodConfigSchema,
  methodFactors,
  methodFactorsSchema,
  ratesOf,
} from './method-words.ts';
import { encoderName } from './model-names.ts';
import { plainTextDatasetSchema } from './text.ts';
import { transformerInitNames, transformerRegularizerNames } from './translation.ts';
import { armSchemaOf, count, fraction, positive } from './words.ts';

/** The words of pre-training: an encoder learns to tell the tokens of running text that are masked. */

/**
 * An encoder as BERT's (Devlin et al. 2019) in the form of this project's Transformers: normalization first, ReLU, no
 * biases in the layers, no segments, and an output that shares the table of tokens.
 */
export const encoderSchema = z.strictObject({
  name: z.literal('bert'),
  layers: count.max(1000),
  width: count.max(65_536),
  feedForward: count.max(1e6),
  heads: count.max(1024),
  /** Longest sequence. */
  positions: count.max(1e6),
  /** Rows of the table: one more at least than the text's vocabulary has symbols, for the mask. */
  vocabulary: count.max(1e7),
});
export type EncoderSpec = z.infer<typeof encoderSchema>;

/**
 * What moves the weights, and where decay enters it.
 *
 * - `adam`: where the training's `decayCoupling` says.
 * - `lamb`: weight decay inside the trust ratio (You et al. 2020, algorithm 2), Frobenius decay in the gradient.
 * - `flambe-as-read`: LAMB whose decay is Frobenius decay inside the trust ratio. The rule of FLAMBé (Khodak et al. 2021)
 *   is not published: this is what its name and the paper's Frobenius decay suggest, a reading and not theirs.
 */
export const encoderOptimizerNames = ['adam', 'lamb', 'flambe-as-read'] as const;
export type EncoderOptimizerName = (typeof encoderOptimizerNames)[number];

const momentsSchema = { beta1: z.number().min(0).lt(1), beta2: z.number().min(0).lt(1), epsilon: positive };
/** β₁, β₂ and ε of the means that all of them keep. */
export const adamMomentsSchema = z.strictObject(momentsSchema);

const encoderOptimizerSchema = z.strictObject({ name: z.enum(encoderOptimizerNames), ...momentsSchema });

/** Where the decay of Adam enters: beside the step, or as part of the gradient. */
export const encoderCouplings = ['decoupled', 'gradient'] as const;

/** What becomes of tokens that are to be told. */
const maskingSchema = z
  .strictObject({
    /** Share of a sequence's tokens that are chosen, rounded, one at least. */
    share: fraction,
    /** Of these, the probability of <mask> and that of a random token in its place; the others stay. */
    masked: z.number().min(0).max(1),
    random: z.number().min(0).max(1),
  })
  .refine(({ masked, random }) => masked + random <= 1, 'masked and random are more than 1 together; lower one');

export const encoderTrainingSchema = z.strictObject({
  updates: count,
  /** Updates from one validation to the next; training ends with one. */
  testEvery: count,
  /** Sequences of a batch. */
  batchSize: count.max(1e6),
  optimizer: encoderOptimizerSchema,
  learningRate: positive,
  /** Updates during which the learning rate rises in proportion to their number; then it falls linearly to zero. */
  warmupUpdates: z.int().min(0),
  /** Largest norm of all gradients together; null: as they are. */
  clipNorm: positive.nullable(),
  /** Shares of values set to zero behind embeddings and sublayers. */
  dropout: z.number().min(0).lt(1),
  masking: maskingSchema,
  /** λ of weight decay and of Frobenius decay. */
  decay: z.number().min(0),
  decayCoupling: z.enum(encoderCouplings),
});
export type EncoderTrainingSpec = z.infer<typeof encoderTrainingSchema>;

/** The training of an experiment, which may have arms of several optimizers. */
export const encoderTrainingsSchema = z.strictObject({
  ...encoderTrainingSchema.shape,
  /** Learning rate of optimizers with a trust ratio, which is relative to the weights' norms. */
  lambLearningRate: positive,
  /** λ of decay inside a trust ratio, where it stands beside a direction whose entries are about 1. */
  lambDecay: z.number().min(0),
});

export const encoderArmSchema = armSchemaOf({
  ...methodFactorsSchema(transformerInitNames, transformerRegularizerNames),
  /** In place of the training's. */
  optimizer: z.array(z.enum(encoderOptimizerNames)).min(1).optional(),
});
export type EncoderArmSpec = z.infer<typeof encoderArmSchema>;

export const pretrainingExperimentSchema = z.strictObject({
  task: z.literal('pretraining'),
  models: z.array(encoderSchema).min(1),
  dataset: plainTextDatasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: plainTextDatasetSchema.nullable(),
  training: encoderTrainingsSchema,
  arms: z.array(encoderArmSchema).min(1),
});

export const encoderMethodSchema = methodConfigSchema(transformerInitNames, transformerRegularizerNames);

export const pretrainingConfigSchema = z.strictObject({
  task: z.literal('pretraining'),
  model: encoderSchema,
  dataset: plainTextDatasetSchema,
  training: encoderTrainingSchema,
  ...encoderMethodSchema,
});

const measured = z.number().nullable();

/** What is measured of the masked test tokens beside the metrics, which are null where training diverged. */
export const pretrainingDetailsSchema = z.strictObject({
  /** Test tokens that were masked: the same ones in all cells on the same text. */
  masked_tokens: z.int().min(0),
  /** −Σ p log p in nats, p their own frequencies: what the best guess without context comes to. */
  unigram_entropy: measured,
  /** By how much the cross-entropy is below it, in nats. */
  below_unigram: measured,
  vocabulary: z.int().min(0),
  /** Tokens of the sequences a second, without validation. */
  train_tokens_per_second: measured,
});

export type PretrainingExperimentSpec = z.infer<typeof pretrainingExperimentSchema>;
export type PretrainingConfig = z.infer<typeof pretrainingConfigSchema>;
export type PretrainingDetails = z.infer<typeof pretrainingDetailsSchema>;

/** The coordinates of a pre-training. */
export const encoderFactors = {
  ...methodFactors(transformerInitNames, transformerRegularizerNames),
  optimizer: {
    of: ({ training }: Pick<PretrainingConfig, 'training'>) => training.optimizer.name,
    order: encoderOptimizerNames,
    silent: 'adam',
  },
};

/** The pre-training of an arm: its optimizer with that one's rate and λ, and what was found for it. */
export function encoderTrainingOf(
  { lambLearningRate, lambDecay, ...training }: PretrainingExperimentSpec['training'],
  choice: Choice,
): object {
  const { optimizer: name = training.optimizer.name, regularizer } = choice.factors;
  const decaysInside = name === 'flambe-as-read' || (name === 'lamb' && regularizer === 'weight-decay');
  const own = {
    ...training,
    ...(name === 'adam' ? {} : { learningRate: lambLearningRate }),
    ...(decaysInside ? { decay: lambDecay } : {}),
  };
  return { ...own, ...ratesOf(own, choice), optimizer: { ...training.optimizer, name } };
}

export const pretraining: KindWords<PretrainingConfig, PretrainingExperimentSpec> = {
  task: 'pretraining',
  metrics: ['masked_cross_entropy', 'masked_accuracy'],
  at: 'update',
  examples: 'sequences',
  usesMethods: true,
  experiment: pretrainingExperimentSchema,
  config: pretrainingConfigSchema,
  details: pretrainingDetailsSchema,
  factors: encoderFactors,
  configOf({ task, training }, choice) {
    return { ...methodConfigOf(task, choice), training: encoderTrainingOf(training, choice) };
  },
  idle: idleFactors,
  model: ({ model }) => encoderName(model),
  dataset: ({ dataset }) => dataset.name,
  rates: decidingRates,
  validation: { value: 'valid_loss', better: 'lower', at: 'last' },
  length: ({ training: { updates } }) => updatesText(updates),
};

/** A training's length for people: `600 updates`. */
export function updatesText(updates: number): string {
  return updates === 1 ? '1 update' : `${updates} updates`;
}

/** Whether a configuration is one of this kind. */
export function isPretraining(config: { task: string }): config is PretrainingConfig {
  return config.task === pretraining.task;
}
