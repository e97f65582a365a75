import { z } from 'zod';
import type { KindWords } from './kind-words.ts';
import { armSchemaOf, baseConfig, count, positive } from './words.ts';

/**
 * The words of the denoising encoder: an encoder that sees its inputs with noise is trained to come near to posteriors
 * that are known, so that the best one is known too (Shu et al., NeurIPS 2018).
 */

/** Only one: a multilayer perceptron with tanh units that gives mean and log-variance of a normal distribution. */
export const denoisingEncoderNames = ['perceptron'] as const;

const modelSchema = z.strictObject({
  name: z.literal('perceptron'),
  /** Widths between the input and the distribution. */
  hidden: z.array(count.max(65_536)).min(1),
});

/** Points xᵢ ~ N(0, I), each with a posterior p(z|xᵢ) = N(mᵢ, s²) of a number z, mᵢ ~ N(0, 1). */
const posteriorsSchema = z.strictObject({
  name: z.literal('normal-posteriors'),
  points: count.min(2).max(1e4),
  /** Of the points. */
  dimension: count.max(1e4),
  /** s² */
  variance: positive,
  /** Noisy points by which the encoder is measured. */
  testExamples: count.max(1e6),
});

const trainingSchema = z.strictObject({
  steps: count,
  batchSize: count.max(1e6),
  /** Of the first step; it falls evenly to zero behind the last one. */
  learningRate: positive,
});

export const denoisingEncoderArmSchema = armSchemaOf({
  /** Standard deviations of the noise. */
  sigma: z.array(positive).min(1),
});

export const denoisingEncoderExperimentSchema = z.strictObject({
  task: z.literal('denoising-encoder'),
  models: z.array(modelSchema).min(1),
  dataset: posteriorsSchema,
  /** There is none: nothing is read from files. */
  fallbackDataset: z.null(),
  training: trainingSchema,
  arms: z.array(denoisingEncoderArmSchema).min(1),
});

export const denoisingEncoderConfigSchema = z.strictObject({
  task: z.literal('denoising-encoder'),
  model: modelSchema,
  dataset: posteriorsSchema,
  training: trainingSchema,
  sigma: positive,
  ...baseConfig,
  method: z.enum(denoisingEncoderNames),
});

const amount = z.number().min(0);

/** What is measured beside what every cell has; null: it diverged. Divergences are in nats. */
export const denoisingEncoderDetailsSchema = z
  .strictObject({
    /** Of the mean's error over the noisy points. */
    error: amount,
    /** Mean of the encoder's variance. */
    variance: amount,
    /** E KL(q(z|x + σξ) ‖ p(z|x)) of the trained encoder, and of the best one. */
    divergence: amount,
    least_divergence: amount,
    /** Of the best encoder for σ → ∞, a constant: Var(m)/2s². */
    constant_divergence: amount,
    /** Of the means mᵢ. */
    standard_deviation: amount,
  })
  .nullable();

export type PosteriorsSpec = z.infer<typeof posteriorsSchema>;
export type DenoisingEncoderExperimentSpec = z.infer<typeof denoisingEncoderExperimentSchema>;
export type DenoisingEncoderConfig = z.infer<typeof denoisingEncoderConfigSchema>;
export type DenoisingEncoderDetails = z.infer<typeof denoisingEncoderDetailsSchema>;

export const denoisingEncoder: KindWords<DenoisingEncoderConfig, DenoisingEncoderExperimentSpec> = {
  task: 'denoising-encoder',
  metrics: ['encoder_error', 'posterior_divergence'],
  at: 'step',
  examples: 'noisy points',
  usesMethods: false,
  experiment: denoisingEncoderExperimentSchema,
  config: denoisingEncoderConfigSchema,
  details: denoisingEncoderDetailsSchema,
  factors: {
    method: { of: ({ method }) => method, order: denoisingEncoderNames },
    sigma: { of: ({ sigma }) => sigma },
  },
  configOf({ task, training }, { model, dataset, method, factors: { sigma }, seed }) {
    return { task, model, dataset, training, sigma, method, seed };
  },
  model: ({ model }) => `hidden-${model.hidden.join('-')}`,
  dataset: ({ dataset }) => dataset.name,
  rates: ({ training }) => ({ learning_rate: training.learningRate, decay: null }),
  length: ({ training: { steps } }) => (steps === 1 ? '1 step' : `${steps} steps`),
};

/** Whether a configuration is one of this kind. */
export function isDenoisingEncoder(config: { task: string }): config is DenoisingEncoderConfig {
  return config.task === denoisingEncoder.task;
}
