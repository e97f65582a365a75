import { z } from 'zod';
import { fileDatasetNames } from './datasets.ts';
import type { KindWords } from './kind-words.ts';
import {
  decidingRates,
  epochsText,
  idleFactors,
  methodConfigOf,
  methodConfigSchema,
  methodFactors,
  methodFactorsSchema,
  ratesOf,
} from './method-words.ts';
import { resnetName, vggName, wideResnetName } from './model-names.ts';
import { armSchemaOf, count, fraction, initNames, positive, regularizerNames } from './words.ts';

/** The words of image classification. */

/** Depth 6n+2 and the channels w of the first of three stages, (w, 2w, 4w). */
const resnetShape = { depth: count.max(2000), width: count.max(8192) };

export const modelSchema = z.discriminatedUnion('name', [
  /** CIFAR ResNet of He et al. 2016, section 4.2, with option-A shortcuts: subsampling and zero channels. */
  z.strictObject({ name: z.literal('resnet'), ...resnetShape }),
  /** The same with projections: a 1x1 convolution and batch norm where a block changes the shape. */
  z.strictObject({ name: z.literal('resnet-projection'), ...resnetShape }),
  /** VGG with batch norm and one linear layer, for small images; w channels in the first of five stages. */
  z.strictObject({ name: z.literal('vgg'), depth: z.literal(19), width: count.max(8192) }),
  /** Wide ResNet of Zagoruyko and Komodakis 2016: depth 6n+4, `widen` times (16, 32, 64) channels. */
  z.strictObject({ name: z.literal('wide-resnet'), depth: count.max(2000), widen: count.max(512) }),
]);

export const datasetSchema = z.strictObject({
  /** `generated` needs no files. */
  name: z.enum([...fileDatasetNames, 'generated']),
  /** Training images used, the first of the files; null: the whole published set. */
  trainExamples: count.nullable(),
  /**
   * Training images held out to select by, such as the best epoch: those behind the used ones or, where the whole set
   * is used, its last ones, which then are not trained on. Absent or 0: none, and nothing is selected.
   */
  validationExamples: z.int().min(0).max(1e9).optional(),
  /** Test images used; null: the whole published set. */
  testExamples: count.nullable(),
  /** Random horizontal flip, and a random crop out of the image padded with zeros by `cropPadding` on each side. */
  flip: z.boolean(),
  cropPadding: z.int().min(0).max(256),
  /** Side in pixels of the square that Cutout blanks in every training image; absent: none. */
  cutout: count.max(1024).optional(),
  normalization: z.enum(['dataset', 'imagenet']),
  /** Present where bytes drawn at random, in the data set's shapes, stand in for its files; `generated` has none. */
  standIn: z.literal(true).optional(),
});

export const trainingSchema = z.strictObject({
  epochs: count,
  /**
   * Epochs between validations and tests; the last epoch of each phase always ends with one. Absent: after each.
   */
  testEvery: count.optional(),
  batchSize: count.max(1e6),
  learningRate: positive,
  /** Fractions of the training steps after which the learning rate is multiplied by `decayFactor`. */
  decayAt: z.array(z.number().gt(0).lt(1)),
  decayFactor: fraction,
  /** Learning rate of the first epoch, where it differs (He et al. 2016: deep ResNets); null: the schedule's. */
  firstEpochLearningRate: positive.nullable(),
  momentum: z.number().min(0).lt(1),
  /** λ of every regularizer; one value serves them all (Khodak et al. 2021, section 3.3). */
  decay: z.number().min(0),
  /** Share of the target spread over all classes (Szegedy et al. 2016). */
  labelSmoothing: z.number().min(0).lt(1),
});

/** The fields of every experiment that trains networks of images, beside its task and arms. */
export const imageExperimentFields = {
  models: z.array(modelSchema).min(1),
  dataset: datasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: datasetSchema.nullable(),
  training: trainingSchema,
};

/** The fields of the configuration of a cell of such an experiment, beside its task and method. */
export const imageConfigFields = { model: modelSchema, dataset: datasetSchema, training: trainingSchema };

export const imageArmSchema = armSchemaOf(methodFactorsSchema(initNames, regularizerNames));

export const imageExperimentSchema = z.strictObject({
  task: z.literal('image'),
  ...imageExperimentFields,
  arms: z.array(imageArmSchema).min(1),
});

export const imageConfigSchema = z.strictObject({
  task: z.literal('image'),
  ...imageConfigFields,
  ...methodConfigSchema(initNames, regularizerNames),
});

export type ModelSpec = z.infer<typeof modelSchema>;
export type DatasetSpec = z.infer<typeof datasetSchema>;
export type TrainingSpec = z.infer<typeof trainingSchema>;
export type ImageArmSpec = z.infer<typeof imageArmSchema>;
export type ImageExperimentSpec = z.infer<typeof imageExperimentSchema>;
export type ImageConfig = z.infer<typeof imageConfigSchema>;

/** The words that all kinds share that train networks of images under methods. */
export const imageTrainingWords = {
  at: 'epoch',
  examples: 'images',
  usesMethods: true,
  idle: idleFactors,
  model: ({ model }: { model: ModelSpec }) => imageModelName(model),
  dataset: ({ dataset }: { dataset: DatasetSpec }) => dataset.name,
  rates: decidingRates,
  validation: { value: 'validation_accuracy', better: 'higher', at: 'last' },
  length: ({ training }: { training: TrainingSpec }) => epochsText(training.epochs),
} as const;

export const image: KindWords<ImageConfig, ImageExperimentSpec> = {
  ...imageTrainingWords,
  task: 'image',
  metrics: ['accuracy'],
  experiment: imageExperimentSchema,
  config: imageConfigSchema,
  details: z.null(),
  factors: methodFactors(initNames, regularizerNames),
  configOf({ task, training }, choice) {
    return { ...methodConfigOf(task, choice), training: { ...training, ...ratesOf(training, choice) } };
  },
};

/** The model's name in cells and tables. */
export function imageModelName(model: ModelSpec): string {
  switch (model.name) {
    case 'resnet':
      return resnetName(model.depth, model.width);
    case 'resnet-projection':
      return resnetName(model.depth, model.width, 'projection');
    case 'vgg':
      return vggName(model.depth, model.width);
    case 'wide-resnet':
      return wideResnetName(model.depth, model.widen);
  }
}

/** Whether a configuration is one of image classification. */
export function isImage(config: { task: string }): config is ImageConfig {
  return config.task === image.task;
}
