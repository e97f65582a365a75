import { z } from 'zod';
import { type ImageConfig, imageConfigFields, imageExperimentFields, imageTrainingWords } from './image.ts';
import type { KindWords } from './kind-words.ts';
import { methodConfigOf, methodConfigSchema, methodFactors, methodFactorsSchema, ratesOf } from './method-words.ts';
import { armSchemaOf, initNames, positive, type RegularizerName } from './words.ts';

/**
 * The words of the normalization experiment: image classification in which the norms of products are followed or set.
 */

/**
 * What becomes of the products UVᵀ of factorized layers, in the paper's words (Khodak et al. 2021, section 3.2):
 *
 * - `no-factor-decay`: *none*. Factors do not decay; all else does.
 * - `frobenius-decay`: *frob*. ½λ‖UVᵀ‖²_F decays; every layer's ‖UVᵀ‖_F is kept, after every step.
 * - `frobenius-norms`: *norm*. Factors do not decay; after every step they are scaled to the norms that *frob* had
 *   there.
 *
 * `none` and `weight-decay` are those of networks without factors.
 */
export const productRegularizerNames = [
  'none',
  'weight-decay',
  'no-factor-decay',
  'frobenius-decay',
  'frobenius-norms',
] as const;
export type ProductRegularizerName = (typeof productRegularizerNames)[number];

export const normalizationArmSchema = armSchemaOf(methodFactorsSchema(initNames, productRegularizerNames));

/**
 * The largest difference of the metric, in its unit, that counts as none where *norm* is held against *frob*: the
 * margin of an equivalence test. Chosen before anything is trained.
 */
const equivalenceMargin = positive;

export const normalizationExperimentSchema = z.strictObject({
  task: z.literal('normalization'),
  ...imageExperimentFields,
  equivalenceMargin,
  arms: z.array(normalizationArmSchema).min(1),
});

export const normalizationConfigSchema = z.strictObject({
  task: z.literal('normalization'),
  ...imageConfigFields,
  equivalenceMargin,
  ...methodConfigSchema(initNames, productRegularizerNames),
});

const measuredSeries = z.array(z.number().nullable());

/** What a record of a factorized network holds beside: its products along the training. */
export const productSeriesSchema = z.strictObject({
  /** Steps that are done, evenly spread over the training, the last one included. */
  steps: z.array(z.int().positive()),
  /** After each of them, the mean of ‖UVᵀ‖_F over the factorized layers; null: no finite number. */
  norms: measuredSeries,
  /** The mean of η/‖UVᵀ‖²_F over the layers, at the learning rate η of the step. */
  effective_learning_rates: measuredSeries,
});

export type NormalizationArmSpec = z.infer<typeof normalizationArmSchema>;
export type NormalizationExperimentSpec = z.infer<typeof normalizationExperimentSchema>;
export type NormalizationConfig = z.infer<typeof normalizationConfigSchema>;
export type ProductSeries = z.infer<typeof productSeriesSchema>;

export const normalization: KindWords<NormalizationConfig, NormalizationExperimentSpec> = {
  ...imageTrainingWords,
  task: 'normalization',
  metrics: ['accuracy'],
  experiment: normalizationExperimentSchema,
  config: normalizationConfigSchema,
  // Null of a network without factors.
  details: productSeriesSchema.nullable(),
  factors: methodFactors(initNames, productRegularizerNames),
  configOf({ task, training, equivalenceMargin: margin }, choice) {
    const trained = { ...training, ...ratesOf(training, choice) };
    return { ...methodConfigOf(task, choice), training: trained, equivalenceMargin: margin };
  },
  needs: (config) =>
    config.regularizer === 'frobenius-norms'
      ? [{ role: recordingRole, config: { ...config, regularizer: 'frobenius-decay' } }]
      : [],
};

/** What the cell with the recorded norms is to the one that is scaled to them. */
export const recordingRole = 'frob';

/** What decays in a training whose products are scaled is what decays where factors do not. */
export function trainedRegularizer(regularizer: ProductRegularizerName): RegularizerName {
  return regularizer === 'frobenius-norms' ? 'no-factor-decay' : regularizer;
}

/** The image classification that a cell is, but for what goes along with its training. */
export function imageConfigOf({ equivalenceMargin: _, ...config }: NormalizationConfig): ImageConfig {
  return { ...config, task: 'image', regularizer: trainedRegularizer(config.regularizer) };
}

/** Whether a configuration is one of this kind. */
export function isNormalization(config: { task: string }): config is NormalizationConfig {
  return config.task === normalization.task;
}
