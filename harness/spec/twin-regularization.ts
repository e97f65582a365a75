import { z } from 'zod';
import { frameFileDatasetNames } from './datasets.ts';
import type { Choice, KindWords } from './kind-words.ts';
import { updatesText } from './pretraining.ts';
import { armSchemaOf, baseConfig, budgetUnitSchema, count, positive } from './words.ts';

/**
 * The words of twin regularization (Ravanelli, Serdyuk and Bengio, Interspeech 2018): recurrent networks tell the phone
 * of each frame of an utterance while it is spoken, and are drawn towards the states of a twin that reads it backwards.
 */

/**
 * Which frames a recognizer's state at frame t follows from, and what it is trained towards. h_f and h_b are the states of
 * the networks that read forwards and backwards, one layer's for each layer.
 *
 * - `unidirectional`: frames up to t.
 * - `shared-twin`: the same, with λ·Σ_layers mean (h_f − h_b)² in its loss, h_b by the same weights on the reversed
 *   utterance; gradients flow through both (Ravanelli et al. 2018, as their code has it).
 * - `separate-twin`: the same term, h_b of a network of its own, whose cross-entropy is a part of the loss; gradients
 *   flow through both.
 * - `stopped-twin`: the same, without the term's gradient for h_b.
 * - `twin-networks`: the same again, with an affine map A·h_f + a of each layer in place of h_f in the term (Serdyuk et
 *   al., ICLR 2018).
 * - `look-ahead`: frames up to t + L, the L ones after t given beside each.
 * - `bidirectional`: all frames, by a network each way, whose states the next layer and the output read together.
 *
 * Whatever the twin, only the forward network is left in the end.
 */
export const recognizerNames = [
  'unidirectional',
  'shared-twin',
  'separate-twin',
  'stopped-twin',
  'twin-networks',
  'look-ahead',
  'bidirectional',
] as const;
export type RecognizerName = (typeof recognizerNames)[number];

/** Whether a recognizer is trained with a twin. */
export function hasTwin(name: RecognizerName): boolean {
  return ['shared-twin', 'separate-twin', 'stopped-twin', 'twin-networks'].includes(name);
}

/**
 * What makes the state h of a frame of the one before and of x, the frame or what the layer below gives; σ is the logistic
 * function, and h ← z∘h + (1 − z)∘ĥ in all of them:
 *
 * - `gru` (Cho et al. 2014): z = σ(W_z x + U_z h + b_z), r = σ(W_r x + U_r h + b_r), ĥ = tanh(W_h x + U_h(r∘h) + b_h).
 * - `minimal-gru`: without r: ĥ = tanh(W_h x + U_h h + b_h).
 * - `light-gru` (Li-GRU, Ravanelli et al. 2018): the same with ĥ = relu(BN(W_h x) + U_h h) and z = σ(BN(W_z x) + U_z h).
 */
export const recurrentCellNames = ['gru', 'minimal-gru', 'light-gru'] as const;
export type RecurrentCellName = (typeof recurrentCellNames)[number];

export const recurrentSchema = z.strictObject({
  name: z.literal('recurrent'),
  cell: z.enum(recurrentCellNames),
  layers: count.max(100),
  /** Of each layer's state, and of each direction. */
  width: count.max(65_536),
});
export type RecurrentSpec = z.infer<typeof recurrentSchema>;

const spokenWordsSchema = z
  .strictObject({
    /** Generated utterances: words of phones, each of some frames around its mean; needs no files. */
    name: z.literal('spoken-words'),
    phones: count.min(2).max(1000),
    words: count.max(1e5),
    phonesPerWord: count.max(1000),
    /** Frames of a phone, each number from the least to the most as likely. */
    leastFrames: count.max(1000),
    mostFrames: count.max(1000),
    /** Of a frame's features, and of the phones' means, which are drawn from N(0, I). */
    dimension: count.max(10_000),
    /** Standard deviation of the features around the mean. */
    noise: positive,
    /** Frames of an utterance. */
    frames: count.max(10_000),
    trainUtterances: count.max(1e6),
    validationUtterances: count.max(1e6),
    testUtterances: count.max(1e6),
  })
  .refine(({ leastFrames, mostFrames }) => leastFrames <= mostFrames, {
    path: ['mostFrames'],
    error: 'is less than leastFrames; raise it',
  });

export const framesDatasetSchema = z.discriminatedUnion('name', [
  spokenWordsSchema,
  z.strictObject({
    name: z.enum(frameFileDatasetNames),
    /** Frames that are read at once: longer utterances are cut into pieces of so many, where states begin anew. */
    frames: count.max(10_000),
    /** The label that is no phone, such as silence: left out of sequences of phones; null: every label is a phone. */
    blank: z.int().min(0).nullable(),
  }),
]);
export type FramesDatasetSpec = z.infer<typeof framesDatasetSchema>;
export type SpokenWordsSpec = Extract<FramesDatasetSpec, { name: 'spoken-words' }>;

/** Adam; with β₁ = 0 it is RMSProp, whose mean of squares begins without bias here. */
const adamSchema = z.strictObject({
  name: z.literal('adam'),
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  epsilon: positive,
});

export const recognizerTrainingSchema = z.strictObject({
  updates: count,
  /** Updates from one validation to the next; training ends with one. */
  validateEvery: count,
  /** Pieces of utterances. */
  batchSize: count.max(1e6),
  optimizer: adamSchema,
  learningRate: positive,
  /** Largest norm of all gradients together; null: as they are. */
  clipNorm: positive.nullable(),
  /** Share of the units whose ĥ is zero, the same ones through an utterance. */
  dropout: z.number().min(0).lt(1),
  /** λ of weight decay and of Frobenius decay, part of the gradient. */
  decay: z.number().min(0),
});
export type RecognizerTrainingSpec = z.infer<typeof recognizerTrainingSchema>;

/** Initializations of factors: independent draws, or the decomposition of a dense draw. */
const initNames = ['default', 'spectral'] as const;
const regularizerNames = ['none', 'weight-decay', 'frobenius-decay'] as const;

/** λ of the twin's term; 0 leaves the unidirectional network. */
const twinWeight = z.number().min(0);

const factors = {
  twin_weight: z.array(twinWeight).min(1).optional(),
  /** L */
  look_ahead: z.array(count.max(1000)).min(1).optional(),
  /** Parameters of the factorized network over those of the dense one; 1: its weights are dense. */
  budget: z.array(z.number().gt(0).max(1)).min(1),
  init: z.array(z.enum(initNames)).min(1),
  regularizer: z.array(z.enum(regularizerNames)).min(1),
};
export const recognizerArmSchema = armSchemaOf(factors);
export type RecognizerArmSpec = z.infer<typeof recognizerArmSchema>;

export const twinExperimentSchema = z.strictObject({
  task: z.literal('twin-regularization'),
  models: z.array(recurrentSchema).min(1),
  dataset: framesDatasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: framesDatasetSchema.nullable(),
  training: recognizerTrainingSchema,
  arms: z.array(recognizerArmSchema).min(1),
});
export type TwinExperimentSpec = z.infer<typeof twinExperimentSchema>;

export const twinConfigSchema = z
  .strictObject({
    task: z.literal('twin-regularization'),
    model: recurrentSchema,
    dataset: framesDatasetSchema,
    training: recognizerTrainingSchema,
    ...baseConfig,
    method: z.enum(recognizerNames),
    /** λ; null: there is no twin. */
    twinWeight: twinWeight.nullable(),
    /** L, 0 but for look-ahead. */
    lookAhead: z.int().min(0).max(1000),
    budget: z.number().gt(0).max(1),
    budgetUnit: budgetUnitSchema.optional(),
    init: z.enum(initNames),
    regularizer: z.enum(regularizerNames),
  })
  .superRefine((config, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const { method, twinWeight: weight, lookAhead, budget, init, regularizer } = config;
    if (hasTwin(method) !== (weight !== null)) {
      const remedy = hasTwin(method) ? 'is missing: say the λ of its term' : 'is of twins alone; leave it out';
      refuse('twin_weight', `${remedy} (method ${method})`);
    }
    if ((method === 'look-ahead') !== lookAhead > 0) {
      const remedy = lookAhead > 0 ? 'is of look-ahead alone; leave it out' : 'is missing: say how many frames';
      refuse('look_ahead', `${remedy} (method ${method})`);
    }
    if (budget === 1 && init !== 'default') {
      refuse('init', `${init} is of factors, and budget 1 has dense weights; name init 'default'`);
    }
    if (budget === 1 && regularizer === 'frobenius-decay') {
      refuse('regularizer', 'frobenius-decay of dense weights is weight decay; name that');
    }
  });
export type TwinConfig = z.infer<typeof twinConfigSchema>;

const errorRate = z.number().min(0);
/** What is told of a part: the share of frames that are wrong, and edits over phones. */
const errorsSchema = z.strictObject({ frame_error: errorRate.max(1), phone_error: errorRate });
export type Errors = z.infer<typeof errorsSchema>;

/** What a record holds beside; null: it diverged. */
export const twinDetailsSchema = z
  .strictObject({
    /** The update whose weights validation chose; the measures are theirs. */
    chosen_update: z.int().min(1),
    validation: errorsSchema,
    /** Of the test utterances, with the weights of the last update. */
    last: errorsSchema,
    /** Numbers that are trained, the twin's included. */
    trained_parameters: count,
    /** Phones of the test utterances, and edits that lead from what was told to them. */
    phones: count,
    substitutions: z.int().min(0),
    insertions: z.int().min(0),
    deletions: z.int().min(0),
  })
  .nullable();
export type TwinDetails = z.infer<typeof twinDetailsSchema>;

/** A recurrent network's name for tables: `gru-1x32`, layers by width. */
export function recurrentName({ cell, layers, width }: RecurrentSpec): string {
  return `${cell}-${layers}x${width}`;
}

export const twinRegularization: KindWords<TwinConfig, TwinExperimentSpec> = {
  task: 'twin-regularization',
  metrics: ['frame_error', 'phone_error'],
  at: 'update',
  examples: 'frames',
  usesMethods: false,
  experiment: twinExperimentSchema,
  config: twinConfigSchema,
  details: twinDetailsSchema,
  factors: {
    method: { of: ({ method }) => method, order: recognizerNames },
    twin_weight: { of: ({ twinWeight: weight }) => weight },
    look_ahead: { of: ({ lookAhead }) => (lookAhead === 0 ? null : lookAhead) },
    budget: { of: ({ budget }) => budget, silent: 1 },
    init: { of: ({ init }) => init, order: initNames },
    regularizer: { of: ({ regularizer }) => regularizer, order: regularizerNames },
  },
  configOf({ task, training }, { model, dataset, method, factors: chosen, budgetUnit, seed }: Choice) {
    const { twin_weight: weight = null, look_ahead: lookAhead = 0, budget, init, regularizer } = chosen;
    const unit = budgetUnit === undefined ? {} : { budgetUnit };
    const own = { method, twinWeight: weight, lookAhead, budget, ...unit, init, regularizer };
    return { task, model, dataset, training, ...own, seed };
  },
  model: ({ model }) => recurrentName(model),
  dataset: ({ dataset }) => (dataset.name === 'spoken-words' ? `${dataset.name}-${dataset.noise}` : dataset.name),
  rates: ({ training, regularizer }) => ({
    learning_rate: training.learningRate,
    decay: regularizer === 'none' ? null : training.decay,
  }),
  validation: { value: 'validation_frame_error', better: 'lower', at: 'best' },
  length: ({ training }) => updatesText(training.updates),
};

/** Whether a configuration is one of this kind. */
export function isTwinRegularization(config: { task: string }): config is TwinConfig {
  return config.task === twinRegularization.task;
}
