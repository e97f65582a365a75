import { z } from 'zod';
import type { KindWords } from './kind-words.ts';
import { decidingRates, epochsText, idleFactors, methodConfigOf } from './method-words.ts';
import { encoderName } from './model-names.ts';
import {
  adamMomentsSchema,
  encoderArmSchema,
  encoderFactors,
  encoderMethodSchema,
  encoderSchema,
  encoderTrainingOf,
  encoderTrainingSchema,
  encoderTrainingsSchema,
  type PretrainingConfig,
  updatesText,
} from './pretraining.ts';
import { plainTextDatasetSchema, questionDatasetSchema } from './text.ts';
import { count, positive } from './words.ts';

/**
 * The words of question answering: a pre-trained encoder is fine-tuned to find the span of a passage that answers a
 * question (SQuAD 1.1, Rajpurkar et al. 2016). Method, initialization, regularizer and optimizer are those of the
 * pre-training; all are fine-tuned alike, by Adam without decay.
 */

export const fineTuningSchema = z.strictObject({
  /** Passes over the training windows; each ends with a test. */
  epochs: count,
  /** Windows of a batch. */
  batchSize: count.max(1e6),
  adam: adamMomentsSchema,
  learningRate: positive,
  /** Share of the updates during which the learning rate rises; then it falls linearly to zero. */
  warmup: z.number().min(0).lt(1),
  /** Largest norm of all gradients together; null: as they are. */
  clipNorm: positive.nullable(),
  dropout: z.number().min(0).lt(1),
});
export type FineTuningSpec = z.infer<typeof fineTuningSchema>;

/** Positions behind the sequences of the text have never been trained. */
function isWithinText({ dataset, text }: { dataset: { length: number }; text: { length: number } }): boolean {
  return dataset.length <= text.length;
}

const beyondText = {
  path: ['dataset', 'length'],
  error: 'is longer than text.length, behind which no position was pre-trained; lower it, or raise that',
};

export const questionAnsweringExperimentSchema = z
  .strictObject({
    task: z.literal('question-answering'),
    models: z.array(encoderSchema).min(1),
    dataset: questionDatasetSchema,
    /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
    fallbackDataset: questionDatasetSchema.nullable(),
    /** What the needed cells were pre-trained on, and how: as their experiment says. */
    text: plainTextDatasetSchema,
    training: encoderTrainingsSchema,
    fineTuning: fineTuningSchema,
    arms: z.array(encoderArmSchema).min(1),
  })
  .refine(isWithinText, beyondText);

export const questionAnsweringConfigSchema = z
  .strictObject({
    task: z.literal('question-answering'),
    model: encoderSchema,
    dataset: questionDatasetSchema,
    /** Of the pre-training. */
    text: plainTextDatasetSchema,
    training: encoderTrainingSchema,
    fineTuning: fineTuningSchema,
    ...encoderMethodSchema,
  })
  .refine(isWithinText, beyondText);

const measured = z.number().nullable();

/** What is measured of a cell beside what every cell has; null where fine-tuning diverged. */
export const questionAnsweringDetailsSchema = z
  .strictObject({
    /** Of the pre-training: cross-entropy of masked tokens, in nats. */
    pretrained: measured,
    /** Test windows: a long passage has several. */
    windows: z.int().min(0),
    /** Training windows that hold no answer: what answers them is the window's beginning. */
    without_answer: z.int().min(0),
    /** The first test questions. */
    samples: z.array(z.strictObject({ question: z.string(), answer: z.string(), given: z.string() })),
  })
  .nullable();

export type QuestionAnsweringExperimentSpec = z.infer<typeof questionAnsweringExperimentSchema>;
export type QuestionAnsweringConfig = z.infer<typeof questionAnsweringConfigSchema>;
export type QuestionAnsweringDetails = z.infer<typeof questionAnsweringDetailsSchema>;

/** What the pre-trained cell is to the one that is fine-tuned. */
export const pretrainedRole = 'pretrained';

export const questionAnswering: KindWords<QuestionAnsweringConfig, QuestionAnsweringExperimentSpec> = {
  task: 'question-answering',
  metrics: ['f1', 'exact_match'],
  at: 'epoch',
  examples: 'questions',
  usesMethods: true,
  experiment: questionAnsweringExperimentSchema,
  config: questionAnsweringConfigSchema,
  details: questionAnsweringDetailsSchema,
  factors: encoderFactors,
  configOf({ task, text, training, fineTuning }, choice) {
    return { ...methodConfigOf(task, choice), text, training: encoderTrainingOf(training, choice), fineTuning };
  },
  idle: idleFactors,
  model: ({ model }) => encoderName(model),
  dataset: ({ dataset }) => dataset.name,
  rates: decidingRates,
  length: ({ training, fineTuning }) => `${updatesText(training.updates)}, then ${epochsText(fineTuning.epochs)}`,
  needs: (config) => [{ role: pretrainedRole, config: pretrainingConfigOf(config) }],
};

/** The pre-training that a cell goes on from. What is tried out with it is tried out with that one. */
export function pretrainingConfigOf(config: QuestionAnsweringConfig): PretrainingConfig {
  const { dataset: _questions, fineTuning: _fineTuning, text, overrides = {}, ...rest } = config;
  const shared = Object.entries(overrides).flatMap(([path, value]) => {
    const field = path.split('.')[0] ?? '';
    if (field === 'text') return [[path.replace(/^text/, 'dataset'), value] as const];
    return ['dataset', 'fineTuning'].includes(field) ? [] : [[path, value] as const];
  });
  const tried = shared.length === 0 ? {} : { overrides: Object.fromEntries(shared) };
  return { ...rest, task: 'pretraining', dataset: text, ...tried };
}

/** Whether a configuration is one of this kind. */
export function isQuestionAnswering(config: { task: string }): config is QuestionAnsweringConfig {
  return config.task === questionAnswering.task;
}
