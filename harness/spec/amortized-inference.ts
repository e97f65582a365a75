import { z } from 'zod';
import { binaryImageFileDatasetNames } from './datasets.ts';
import type { KindWords } from './kind-words.ts';
import {
  decidingRates,
  idleFactors,
  methodConfigOf,
  methodConfigSchema,
  methodFactors,
  methodFactorsSchema,
  ratesOf,
} from './method-words.ts';
import { autoencoderName } from './model-names.ts';
import { armSchemaOf, count, type FactorValue, initNames, positive } from './words.ts';

/**
 * The words of amortized inference: a latent-variable model p(x|z)p(z) of binary data is trained with an encoder q(z|x),
 * and what keeps the encoder from fitting each example keeps the model from overfitting (Shu, Bui, Zhao, Kochenderfer and
 * Ermon, NeurIPS 2018).
 */

/**
 * What is maximized, the mean over x of:
 *
 * - `vae`: ELBO(x, x) with ELBO(x, e) = E_{q(z|e)} ln p(x|z) − KL(q(z|e) ‖ p(z)) (Kingma and Welling 2014).
 * - `denoising`: E_ξ ELBO(x, x + σξ), ξ ~ N(0, I): the encoder sees noise, the decoder is to tell x itself.
 * - `mixed`: (1 − α)·ELBO(x, x) + α·E_ξ ELBO(x, x + σξ).
 * - `weight-bound`: ELBO(x, x) of an encoder whose weights are bounded: each column v of its matrices becomes
 *   H·tanh(‖v‖/H)·v/‖v‖, whose norm stays below H. The published parametrization is not known here.
 * - `importance-weighted`: E ln (1/K)Σ_k p(x, z_k)/q(z_k|x), z_k ~ q(z|x) (Burda, Grosse and Salakhutdinov 2016).
 */
export const objectiveNames = ['vae', 'denoising', 'mixed', 'weight-bound', 'importance-weighted'] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** Samples of z for one x at most: all of a batch are held at once. */
const samples = count.max(1e5);
/** α */
const share = z.number().gt(0).lt(1);

const objectiveSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('vae') }),
  z.strictObject({ name: z.literal('denoising'), sigma: positive }),
  z.strictObject({ name: z.literal('mixed'), sigma: positive, share }),
  z.strictObject({ name: z.literal('weight-bound'), bound: positive }),
  z.strictObject({ name: z.literal('importance-weighted'), samples }),
]);

const widths = z.array(count.max(65_536)).min(1);

/**
 * Multilayer perceptrons with tanh units: the encoder gives mean and log-variance of a normal q(z|x) with a diagonal
 * covariance, the decoder the logits of x; p(z) = N(0, I).
 */
export const autoencoderSchema = z.strictObject({
  name: z.literal('autoencoder'),
  /** Widths between the data and z, in this order in the encoder, the other way round in the decoder. */
  hidden: widths,
  latent: count.max(65_536),
});

/** Examples of each part, which the test part and the validation part must have too. */
const used = {
  trainExamples: count.max(1e7),
  /** Held-out training examples, by which a point of the training is chosen. */
  validationExamples: count.max(1e7),
  testExamples: count.max(1e7),
};

export const binaryDatasetSchema = z.discriminatedUnion('name', [
  /** Images whose pixels are drawn once, each 1 with the probability of its brightness. */
  z.strictObject({ name: z.enum(binaryImageFileDatasetNames), ...used }),
  /** Drawn from a decoder with random weights: z ~ N(0, I), tanh units, independent bits. Needs no files. */
  z.strictObject({
    name: z.literal('generated-binary'),
    pixels: count.max(1e5),
    latent: count.max(1e4),
    units: count.max(1e5),
    ...used,
  }),
]);

export const autoencoderTrainingSchema = z.strictObject({
  /** Length of the training, which no held-out example changes. */
  steps: count,
  batchSize: count.max(1e6),
  learningRate: positive,
  /** Steps from one validation to the next; training ends with one. */
  validateEvery: count,
  /** λ of weight decay and of Frobenius decay. */
  decay: z.number().min(0),
});

/** How many samples of q(z|x) estimate ln p(x). */
export const estimateSchema = z.strictObject({
  /** Of a test or training example, in the end. */
  samples,
  /** Of a validation example, at each validation. */
  validationSamples: samples,
  /** Training examples that are estimated in the end, the first ones. */
  trainExamples: count.max(1e7),
});

const regularizers = ['none', 'weight-decay', 'frobenius-decay'] as const;

export const amortizedArmSchema = armSchemaOf({
  ...methodFactorsSchema(initNames, regularizers),
  objective: z.array(z.enum(objectiveNames)).min(1),
  /** σ of `denoising` and `mixed`. */
  sigma: z.array(positive).min(1).optional(),
  /** H of `weight-bound`. */
  bound: z.array(positive).min(1).optional(),
  /** K of `importance-weighted`. */
  samples: z.array(samples).min(1).optional(),
});

/** What an objective has beside its name, by factor. */
const settingsOf: Readonly<Record<ObjectiveName, readonly ('sigma' | 'bound' | 'samples')[]>> = {
  vae: [],
  denoising: ['sigma'],
  mixed: ['sigma'],
  'weight-bound': ['bound'],
  'importance-weighted': ['samples'],
};
const allSettings = ['sigma', 'bound', 'samples'] as const;

export const amortizedExperimentSchema = z
  .strictObject({
    task: z.literal('amortized-inference'),
    models: z.array(autoencoderSchema).min(1),
    dataset: binaryDatasetSchema,
    /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
    fallbackDataset: binaryDatasetSchema.nullable(),
    training: autoencoderTrainingSchema,
    estimate: estimateSchema,
    /** α of `mixed`. */
    mixedShare: share,
    arms: z.array(amortizedArmSchema).min(1),
  })
  .superRefine(({ arms }, context) => {
    arms.forEach(({ factors }, index) => {
      for (const objective of factors.objective) {
        for (const factor of settingsOf[objective]) {
          if (factors[factor] !== undefined) continue;
          const message = `is missing, but the arm has objective ${objective}; give it values`;
          context.addIssue({ code: 'custom', path: ['arms', index, 'factors', factor], message });
        }
      }
    });
  });

export const amortizedConfigSchema = z
  .strictObject({
    task: z.literal('amortized-inference'),
    model: autoencoderSchema,
    dataset: binaryDatasetSchema,
    training: autoencoderTrainingSchema,
    estimate: estimateSchema,
    objective: objectiveSchema,
    ...methodConfigSchema(initNames, regularizers),
  })
  .superRefine(({ dataset, training, estimate }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (training.batchSize > dataset.trainExamples) {
      refuse(['training', 'batchSize'], `${training.batchSize} is more than dataset.trainExamples; lower it`);
    }
    if (estimate.trainExamples > dataset.trainExamples) {
      refuse(['estimate', 'trainExamples'], `${estimate.trainExamples} is more than dataset.trainExamples; lower it`);
    }
  });

const nats = z.number();

/** ln p(x) and what bounds it, in nats, means over the examples of a part. */
const partSchema = z.strictObject({
  examples: count,
  /** ln (1/S)Σ_s p(x, z_s)/q(z_s|x), z_s ~ q(z|x). */
  log_likelihood: nats,
  /** Its standard error over the examples; null of one. */
  standard_error: nats.nullable(),
  /** The ELBO at x itself, its expectation by the same samples. */
  elbo: nats,
});
export type PartEstimate = z.infer<typeof partSchema>;

/** Of the weights that one way to stop leaves. */
const stoppedSchema = z.strictObject({ step: count, train: partSchema, test: partSchema });
export type StoppedEstimate = z.infer<typeof stoppedSchema>;

/** What is measured beside what every cell has; null: it diverged. */
export const amortizedDetailsSchema = z
  .strictObject({
    /** S */
    samples: count,
    /** After all steps. */
    fixed: stoppedSchema,
    /** Of the validation that was best. */
    early: stoppedSchema,
    encoder_parameters: count,
    /** Of the dense encoder. */
    dense_encoder_parameters: count,
    /** Of the encoder as it computes, the largest column norm over its matrices, after all steps. */
    largest_column_norm: z.number().min(0),
  })
  .nullable();

export type AutoencoderSpec = z.infer<typeof autoencoderSchema>;
export type BinaryDatasetSpec = z.infer<typeof binaryDatasetSchema>;
export type GeneratedBinarySpec = Extract<BinaryDatasetSpec, { name: 'generated-binary' }>;
export type AutoencoderTrainingSpec = z.infer<typeof autoencoderTrainingSchema>;
export type EstimateSpec = z.infer<typeof estimateSchema>;
export type ObjectiveSpec = z.infer<typeof objectiveSchema>;
export type AmortizedArmSpec = z.infer<typeof amortizedArmSchema>;
export type AmortizedExperimentSpec = z.infer<typeof amortizedExperimentSchema>;
export type AmortizedConfig = z.infer<typeof amortizedConfigSchema>;
export type AmortizedDetails = z.infer<typeof amortizedDetailsSchema>;

/** A setting of an objective by its factor's name; null where it has none. */
function settingOf({ objective }: AmortizedConfig, name: (typeof allSettings)[number]): number | null {
  return name in objective ? (objective as unknown as Record<string, number>)[name]! : null;
}

export const amortizedInference: KindWords<AmortizedConfig, AmortizedExperimentSpec> = {
  task: 'amortized-inference',
  metrics: ['log_likelihood', 'stopped_log_likelihood', 'elbo', 'inference_gap', 'generation_gap'],
  at: 'step',
  examples: 'examples',
  usesMethods: true,
  experiment: amortizedExperimentSchema,
  config: amortizedConfigSchema,
  details: amortizedDetailsSchema,
  factors: {
    ...methodFactors(initNames, regularizers),
    objective: { of: ({ objective }) => objective.name, order: objectiveNames },
    ...Object.fromEntries(
      allSettings.map((name) => [name, { of: (config: AmortizedConfig) => settingOf(config, name) }]),
    ),
  },
  configOf({ task, training, estimate, mixedShare }, choice) {
    const { objective, sigma, bound, samples: k } = choice.factors;
    const own = Object.fromEntries(
      Object.entries({ sigma, bound, samples: k }).filter(([, value]) => value !== undefined),
    );
    const mixing = objective === 'mixed' ? { share: mixedShare } : {};
    return {
      ...methodConfigOf(task, choice),
      training: { ...training, ...ratesOf(training, choice) },
      estimate,
      objective: { name: objective, ...own, ...mixing },
    };
  },
  idle: (factors) => [...idleFactors(factors), ...idleSettings(factors)],
  model: ({ model }) => autoencoderName(model),
  dataset: ({ dataset }) => dataset.name,
  rates: decidingRates,
  validation: { value: 'validation_log_likelihood', better: 'higher', at: 'last' },
  length: ({ training: { steps } }) => (steps === 1 ? '1 step' : `${steps} steps`),
};

/** Settings of other objectives. */
function idleSettings({ objective }: Readonly<Record<string, FactorValue>>): string[] {
  const own: readonly string[] = settingsOf[objective as ObjectiveName];
  return allSettings.filter((name) => !own.includes(name));
}

/** Whether a configuration is one of this kind. */
export function isAmortizedInference(config: { task: string }): config is AmortizedConfig {
  return config.task === amortizedInference.task;
}
