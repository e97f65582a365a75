import { z } from 'zod';

import { type TextDatasetSpec, type TextFileDatasetName, textDatasetSchema, textFileDatasetNames } from './text.ts';
import {
  sequenceTrainingSchema,
  type TransformerInitName,
  type TransformerRegularizerName,
  transformerInitNames,
  transformerRegularizerNames,
  transformerSchema,
} from './translation.ts';

/** The vocabulary of suites and cells: what a suite file may say, and what a cell resolves to. */

export const profileNames = ['smoke', 'nightly', 'paper'] as const;
export const initNames = ['default', 'spectral', 'iid'] as const;
export const regularizerNames = ['none', 'weight-decay', 'no-factor-decay', 'crs', 'frobenius-decay'] as const;
export const metricNames = ['accuracy', 'bleu'] as const;
/** Of cells: those of every network, and those of Transformers. */
export const cellInitNames = [...new Set<CellInitName>([...initNames, ...transformerInitNames])];
export const cellRegularizerNames = [
  ...new Set<CellRegularizerName>([...regularizerNames, ...transformerRegularizerNames]),
];

export type ProfileName = (typeof profileNames)[number];
export type InitName = (typeof initNames)[number];
export type RegularizerName = (typeof regularizerNames)[number];
export type MetricName = (typeof metricNames)[number];
export type CellInitName = InitName | TransformerInitName;
export type CellRegularizerName = RegularizerName | TransformerRegularizerName;

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
/** Those and data sets of sentence pairs: everything that lies in a folder of its own. */
export type DataFolderName = FileDatasetName | TextFileDatasetName;

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
  /** λ of every regularizer; one value serves them all (Khodak et al. 2021, section 3.3). */
  decay: z.number().min(0),
  /** Share of the target spread over all classes (Szegedy et al. 2016). */
  labelSmoothing: z.number().min(0).lt(1),
});

/** Arms of a comparison: the product of inits x regularizers x budgets for one method. */
export const armSchema = z.strictObject({
  method: z.string().min(1),
  inits: z.array(z.enum(initNames)).min(1),
  regularizers: z.array(z.enum(regularizerNames)).min(1),
  /** Target ratios of parameters kept, over all parameters. */
  budgets: z.array(fraction).min(1),
});

/** Models that are trained alike on one data set, each under every arm. */
export const imageExperimentSchema = z.strictObject({
  models: z.array(modelSchema).min(1),
  dataset: datasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: datasetSchema.nullable(),
  training: trainingSchema,
  arms: z.array(armSchema).min(1),
  /** Measured examples a second of a dense cell, one thread; the base of the time estimate. */
  denseExamplesPerSecond: positive,
});

/** What budgets are, where they are not target ratios: rank scales, as the paper has them for Transformers. */
const budgetUnit = z.literal('rank-scale').optional();

export const translationArmSchema = z.strictObject({
  ...armSchema.shape,
  inits: z.array(z.enum(transformerInitNames)).min(1),
  regularizers: z.array(z.enum(transformerRegularizerNames)).min(1),
  budgetUnit,
  /** Values of λ, each a cell of its own, in place of the training's; not for the regularizer `none`. */
  decays: z.array(positive).min(1).optional(),
});

export const translationExperimentSchema = z.strictObject({
  models: z.array(transformerSchema).min(1),
  dataset: textDatasetSchema,
  fallbackDataset: textDatasetSchema.nullable(),
  training: sequenceTrainingSchema,
  arms: z.array(translationArmSchema).min(1),
  /** A word that its cells' names end in, where experiments differ in nothing else that is named. */
  variant: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional(),
  /** Measured sentence pairs a second of a dense cell, one thread; the base of the time estimate. */
  denseExamplesPerSecond: positive,
});

export const experimentSchema = z.union([imageExperimentSchema, translationExperimentSchema]);

export const profileSchema = z.strictObject({
  /** One or two sentences: what this profile reduces against the published schedule, and why it still tells. */
  note: z.string(),
  experiments: z.array(experimentSchema).min(1),
  seeds: count,
  /** Margin of the check, in the metric's unit (fraction of correct answers; BLEU points): a smaller drop is not a regression. */
  margin: positive.max(100),
  /** A cell that runs longer is ended and recorded as failed. */
  timeLimitSeconds: positive,
});

export const suiteSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  description: z.string(),
  profiles: z.partialRecord(z.enum(profileNames), profileSchema),
});

export const dataFolderNames: readonly DataFolderName[] = [...fileDatasetNames, ...textFileDatasetNames];
/** Data sets that need no files. */
export const generatedDatasetNames = ['generated', 'generated-pair'] as const;
export type AnyDatasetSpec = DatasetSpec | TextDatasetSpec;

export function needsFiles(dataset: AnyDatasetSpec): dataset is AnyDatasetSpec & { name: DataFolderName } {
  return (dataFolderNames as readonly string[]).includes(dataset.name);
}

export type ModelSpec = z.infer<typeof modelSchema>;
export type DatasetSpec = z.infer<typeof datasetSchema>;
export type TrainingSpec = z.infer<typeof trainingSchema>;
export type ArmSpec = z.infer<typeof armSchema>;
export type TranslationArmSpec = z.infer<typeof translationArmSchema>;
export type ImageExperimentSpec = z.infer<typeof imageExperimentSchema>;
export type TranslationExperimentSpec = z.infer<typeof translationExperimentSchema>;
export type ExperimentSpec = z.infer<typeof experimentSchema>;
export type ProfileSpec = z.infer<typeof profileSchema>;
export type SuiteSpec = z.infer<typeof suiteSchema>;

const sharedConfig = {
  method: z.string(),
  /** SHA-256 of the file that the method comes from; absent for a method of the registry. */
  methodDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  budget: fraction,
  seed: z.int().min(0),
};

export const imageConfigSchema = z.strictObject({
  model: modelSchema,
  dataset: datasetSchema,
  training: trainingSchema,
  init: z.enum(initNames),
  regularizer: z.enum(regularizerNames),
  ...sharedConfig,
});

export const translationConfigSchema = z.strictObject({
  model: transformerSchema,
  dataset: textDatasetSchema,
  training: sequenceTrainingSchema,
  init: z.enum(transformerInitNames),
  regularizer: z.enum(transformerRegularizerNames),
  budgetUnit,
  ...sharedConfig,
});

/** Everything that decides a cell's result, defaults included; its hash is the cell's id. */
export const cellConfigSchema = z.union([imageConfigSchema, translationConfigSchema]);
export type ImageConfig = z.infer<typeof imageConfigSchema>;
export type TranslationConfig = z.infer<typeof translationConfigSchema>;
export type CellConfig = ImageConfig | TranslationConfig;

export function isTranslation(config: CellConfig): config is TranslationConfig {
  return config.model.name === 'transformer';
}

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
  init: CellInitName;
  regularizer: CellRegularizerName;
  /** Target ratio of parameters kept; the rank scale where the configuration says so. */
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
