import { z } from 'zod';
import {
  type ImageConfig,
  imageConfigSchema,
  imageExperimentFields,
  imageTrainingWords,
  modelSchema,
} from './image.ts';
import type { KindWords } from './kind-words.ts';
import { methodConfigOf, methodFactors, methodFactorsSchema, ratesOf } from './method-words.ts';
import { armSchemaOf, count, initNames, positive, regularizerNames } from './words.ts';

/**
 * The words of distillation: image classification by networks that are trained with more parameters than they keep for
 * inference (overcomplete factors, collapsed after training), or by a teacher's soft targets.
 */

/** T of the soft targets, and their share w of the loss (Hinton, Vinyals and Dean 2015). */
const softTargets = { temperature: positive.max(1e6), weight: z.number().gt(0).max(1) };

export const distillationArmSchema = armSchemaOf({
  ...methodFactorsSchema(initNames, regularizerNames),
  /** Epochs in place of the training's: what a control takes to compute as much as what it is a control of. */
  epochs: z.array(count).min(1).optional(),
  /** Temperatures of the teacher's soft targets; left out: labels alone are learnt from. */
  temperature: z.array(softTargets.temperature).min(1).optional(),
  /** Shares of the soft targets in the loss. */
  soft_weight: z.array(softTargets.weight).min(1).optional(),
}).refine(({ factors }) => (factors.temperature === undefined) === (factors.soft_weight === undefined), {
  path: ['factors'],
  error: 'temperature and soft_weight go together; name both or neither',
});

export const distillationExperimentSchema = z
  .strictObject({
    task: z.literal('distillation'),
    ...imageExperimentFields,
    /** The dense network that arms with a temperature learn from, trained as this experiment trains; left out: none. */
    teacher: modelSchema.optional(),
    arms: z.array(distillationArmSchema).min(1),
  })
  .refine(
    ({ teacher, arms }) => teacher !== undefined || arms.every(({ factors }) => factors.temperature === undefined),
    { path: ['teacher'], error: 'is missing, but an arm has a temperature; name the network that it learns from' },
  );

/** The teacher, and how its soft targets count. */
const teacherSchema = z.strictObject({ model: modelSchema, ...softTargets });

export const distillationConfigSchema = z.strictObject({
  ...imageConfigSchema.shape,
  task: z.literal('distillation'),
  /** Absent: labels alone are learnt from. */
  teacher: teacherSchema.optional(),
});

const amount = z.number().min(0);

/** A network for inference, as measured in the cell's own process. */
const inferenceSchema = z.strictObject({
  parameters: z.int().min(0),
  /** Multiply-accumulates of one example, counted in the recorded evaluation of a batch, which shares what is composed. */
  macs: amount,
  examples_per_second: amount,
  /** The most bytes that tensors hold at once in an evaluation, operation by operation, beside all variables. */
  tensor_peak_bytes: z.int().min(0),
  /** Digest of the recorded evaluation: networks of one digest run the same operations on the same shapes. */
  graph: z.string(),
});
export type Inference = z.infer<typeof inferenceSchema>;

/** A factorized network before and after its factors are collapsed into one convolution each. */
export const collapseSchema = z.strictObject({
  /** Test images that both were asked about. */
  examples: z.int().min(1),
  accuracy: z.strictObject({ before: z.number(), after: z.number() }),
  /** max ‖Δ‖_∞/‖s‖_∞ over the images, with their logits s before and Δ the difference; null: no finite number. */
  largest_relative_difference: z.number().nullable(),
  /** Images with another most likely class. */
  differing_predictions: z.int().min(0),
  before: inferenceSchema,
  after: inferenceSchema,
});
export type Collapse = z.infer<typeof collapseSchema>;

/** What a teacher was, and what it has cost: both parts are in the record's `training_macs`. */
export const taughtSchema = z.strictObject({
  accuracy: z.number().nullable(),
  parameters: z.int().min(0),
  /** Multiply-accumulates of its own training. */
  training_macs: amount,
  /** Those of its forward passes in the student's training. */
  teaching_macs: amount,
});
export type Taught = z.infer<typeof taughtSchema>;

/** What is measured of a cell beside what every cell has; null: neither factors nor a teacher, or it diverged. */
export const distillationDetailsSchema = z
  .strictObject({ collapse: collapseSchema.nullable(), teacher: taughtSchema.nullable() })
  .nullable();

export type DistillationArmSpec = z.infer<typeof distillationArmSchema>;
export type DistillationExperimentSpec = z.infer<typeof distillationExperimentSchema>;
export type DistillationConfig = z.infer<typeof distillationConfigSchema>;
export type DistillationDetails = z.infer<typeof distillationDetailsSchema>;

/** The names of the factors' values: numbers alone would not say what they are of. */
const named = (what: string) => (value: string | number) => `${what}-${value}`;

export const distillation: KindWords<DistillationConfig, DistillationExperimentSpec> = {
  ...imageTrainingWords,
  task: 'distillation',
  metrics: ['accuracy', 'collapsed_accuracy'],
  experiment: distillationExperimentSchema,
  config: distillationConfigSchema,
  details: distillationDetailsSchema,
  factors: {
    ...methodFactors(initNames, regularizerNames),
    epochs: { of: ({ training }) => training.epochs, text: named('epochs') },
    temperature: { of: ({ teacher }) => teacher?.temperature ?? null, text: named('temperature') },
    soft_weight: { of: ({ teacher }) => teacher?.weight ?? null, text: named('soft') },
  },
  configOf({ task, training, teacher: model }, choice) {
    const { epochs = training.epochs, temperature, soft_weight: weight } = choice.factors;
    const taught = temperature === undefined ? {} : { teacher: { model, temperature, weight } };
    const own = { ...training, ...ratesOf(training, choice), epochs };
    return { ...methodConfigOf(task, choice), training: own, ...taught };
  },
  needs: (config) => (config.teacher === undefined ? [] : [{ role: 'teacher', config: teacherConfigOf(config) }]),
};

/** The teacher of a student: the dense network of its model, trained on the same images for as long, with weight decay. */
export function teacherConfigOf({ teacher, ...student }: DistillationConfig): DistillationConfig {
  const { budgetUnit: _unit, tuning: _tuning, methodDigest: _digest, overrides = {}, ...rest } = student;
  const dense = { method: 'dense', init: 'default', regularizer: 'weight-decay', budget: 1 } as const;
  // What is tried out with the student's training is tried out with the teacher's.
  const shared = Object.entries(overrides).filter(([path]) => /^(training|dataset)\./.test(path));
  const tried = shared.length === 0 ? {} : { overrides: Object.fromEntries(shared) };
  return { ...rest, ...dense, ...tried, model: teacher?.model ?? student.model };
}

/** The image classification that a cell is beside collapsing and its teacher. */
export function imageConfigOf({ teacher: _, ...config }: DistillationConfig): ImageConfig {
  return { ...config, task: 'image' };
}

/** Whether a configuration is one of distillation. */
export function isDistillation(config: { task: string }): config is DistillationConfig {
  return config.task === distillation.task;
}
