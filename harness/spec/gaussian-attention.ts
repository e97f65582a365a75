import { z } from 'zod';
import { tripleFileDatasetNames } from './datasets.ts';
import type { KindWords } from './kind-words.ts';
import { epochsText } from './method-words.ts';
import { armSchemaOf, baseConfig, count, positive } from './words.ts';

/**
 * The words of Gaussian attention (Zhang, Winn and Tomioka 2016): a knowledge base is kept in a memory of vectors, one
 * an entity, and a question is answered by the entities that a Gaussian attends to most.
 */

/**
 * What a relation is, beside its shift δ of the mean:
 *
 * - `transe`: TransE. The covariance is I, also where a path has several relations.
 * - `unit-covariance`: each relation's covariance is held at I, so that a path of k relations has k·I.
 * - `trans-gaussian`: TransGaussian. Each relation has a diagonal covariance of its own, which is learnt.
 */
export const attentionNames = ['transe', 'unit-covariance', 'trans-gaussian'] as const;
export type AttentionName = (typeof attentionNames)[number];

/** What is trained on: facts alone, or (compositional training, COMP) facts and paths of two relations in turn. */
export const pathTrainingNames = ['facts', 'composed'] as const;
export type PathTrainingName = (typeof pathTrainingNames)[number];

/** Sorts of questions: of a fact; of two facts one after the other; of two facts that share their answer. */
export const sortNames = ['single', 'path', 'conjunction'] as const;
export type SortName = (typeof sortNames)[number];

export const memorySchema = z.strictObject({
  name: z.literal('memory'),
  /** Of the memory's vectors. */
  dimension: count.max(4096),
});

/** Questions of each sort at most, drawn where there are more. */
const asked = { validationQuestions: count.max(1e6), testQuestions: count.max(1e6) };
const entityCount = count.max(1e6);

export const triplesDatasetSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.enum(tripleFileDatasetNames),
    /** Whether entities that no training triple has may occur in validation and test triples. */
    unseen: z.enum(['refused', 'kept']),
    ...asked,
  }),
  /** A generated knowledge base of players and clubs; needs no files. All its facts are trained on. */
  z.strictObject({
    name: z.literal('football'),
    players: entityCount,
    clubs: entityCount,
    countries: entityCount,
    positions: entityCount,
    ages: entityCount,
    numbers: entityCount,
    ...asked,
  }),
]);

const schedule = {
  /** Each has as many steps as batches are needed for all facts, both ways round. */
  epochs: count,
  /** Of the first step, and of the last; between them it falls evenly. */
  learningRate: positive,
  finalLearningRate: positive,
};

export const attentionTrainingSchema = z.strictObject({
  ...schedule,
  batchSize: count.max(1e6),
  /** Epochs between validations; the last epoch of each phase always ends with one. */
  validateEvery: count,
  /** Of the entries of the memory and the shifts as they are drawn. */
  initialDeviation: positive,
});

/** The network that reads questions in words, trained by their answers when the memory is. */
export const encoderSchema = z.strictObject({ ...schedule, hidden: count.max(8192) });

const factors = { paths: z.array(z.enum(pathTrainingNames)).min(1) };
export const attentionArmSchema = armSchemaOf(factors);

export const attentionExperimentSchema = z.strictObject({
  task: z.literal('gaussian-attention'),
  models: z.array(memorySchema).min(1),
  dataset: triplesDatasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: triplesDatasetSchema.nullable(),
  training: attentionTrainingSchema,
  /** Null: no questions in words are asked. Of triples from files there are none. */
  encoder: encoderSchema.nullable(),
  arms: z.array(attentionArmSchema).min(1),
});

export const attentionConfigSchema = z
  .strictObject({
    task: z.literal('gaussian-attention'),
    model: memorySchema,
    dataset: triplesDatasetSchema,
    training: attentionTrainingSchema,
    encoder: encoderSchema.nullable(),
    paths: z.enum(pathTrainingNames),
    ...baseConfig,
    method: z.enum(attentionNames),
  })
  .refine(({ dataset, encoder }) => dataset.name === 'football' || encoder === null, {
    path: ['encoder'],
    error: 'reads questions in words, which triples from files do not come with; make it null',
  });

const share = z.number().min(0).max(1);
const scores = { hits_at_1: share, mean_rank: z.number().min(1), mean_reciprocal_rank: share };

/** How well questions of one sort are answered. */
const resultSchema = z.strictObject({
  questions: z.int().min(1),
  ...scores,
  /** What a random order of the entities is expected to come to. */
  chance: z.strictObject(scores),
});
export type SortResult = z.infer<typeof resultSchema>;

const bySort = z.strictObject({ single: resultSchema, path: resultSchema, conjunction: resultSchema });
export type ResultsBySort = z.infer<typeof bySort>;

/** What is measured of a cell beside what every cell has; null: it diverged. */
export const attentionDetailsSchema = z
  .strictObject({
    entities: z.int().min(2),
    /** With their inverses. */
    relations: z.int().min(2),
    /** The epochs whose weights the validation questions chose, phase by phase. */
    chosen_epochs: z.array(z.int().min(1)),
    symbols: bySort,
    /** The same questions in words; null: none are asked. */
    words: bySort.nullable(),
  })
  .nullable();

export type MemorySpec = z.infer<typeof memorySchema>;
export type TriplesDatasetSpec = z.infer<typeof triplesDatasetSchema>;
export type FootballSpec = Extract<TriplesDatasetSpec, { name: 'football' }>;
export type AttentionTrainingSpec = z.infer<typeof attentionTrainingSchema>;
export type EncoderSpec = z.infer<typeof encoderSchema>;
export type AttentionArmSpec = z.infer<typeof attentionArmSchema>;
export type AttentionExperimentSpec = z.infer<typeof attentionExperimentSchema>;
export type AttentionConfig = z.infer<typeof attentionConfigSchema>;
export type AttentionDetails = z.infer<typeof attentionDetailsSchema>;

export const gaussianAttention: KindWords<AttentionConfig, AttentionExperimentSpec> = {
  task: 'gaussian-attention',
  metrics: ['hits_at_1', 'filtered_mean_rank', 'mean_reciprocal_rank', 'text_hits_at_1'],
  at: 'epoch',
  examples: 'facts',
  usesMethods: false,
  experiment: attentionExperimentSchema,
  config: attentionConfigSchema,
  details: attentionDetailsSchema,
  factors: {
    method: { of: ({ method }) => method, order: attentionNames },
    paths: { of: ({ paths }) => paths, order: pathTrainingNames },
  },
  configOf({ task, training, encoder }, { model, dataset, method, factors: { paths }, seed }) {
    // The stand-in of files may have words where these have none.
    const read = (dataset as TriplesDatasetSpec).name === 'football' ? encoder : null;
    return { task, model, dataset, training, encoder: read, method, paths, seed };
  },
  model: ({ model }) => `memory-${model.dimension}`,
  dataset: ({ dataset }) => dataset.name,
  rates: ({ training }) => ({ learning_rate: training.learningRate, decay: null }),
  validation: { value: 'validation_mrr', better: 'higher', at: 'best' },
  length: ({ training }) => epochsText(training.epochs),
};

/** Whether a configuration is one of this kind. */
export function isGaussianAttention(config: { task: string }): config is AttentionConfig {
  return config.task === gaussianAttention.task;
}
