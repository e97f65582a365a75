import type { ImageData, ImageSet } from '../../harness/data/images/images.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { Model } from '../../harness/nn/model.ts';
import { buildNetwork } from '../../harness/nn/network.ts';
import { gaussian, streamsOf } from '../../harness/random.ts';
import type { ResnetOptions } from '../../harness/shape/resnet.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import type { DatasetSpec, TrainingSpec } from '../../harness/spec/image.ts';
import type { InitName } from '../../harness/spec/words.ts';

/** A network and a data set small enough to train in a fraction of a second. */

export const tinyOptions: ResnetOptions = { depth: 8, width: 4, classes: 3, size: 8, inputChannels: 3 };

export interface TinyModelOptions {
  method?: 'dense' | 'low-rank';
  init?: InitName;
  seed?: number;
  scale?: number;
  shape?: Partial<ResnetOptions>;
}

export function tinyModel({
  method = 'low-rank',
  init = 'default',
  seed = 0,
  scale = 0.25,
  shape = {},
}: TinyModelOptions = {}): Model {
  const blueprint = resnetBlueprint({ ...tinyOptions, ...shape });
  const compression = { method: method === 'dense' ? dense : lowRank, scale, init };
  return buildNetwork(blueprint, compression, streamsOf('tiny', seed));
}

/** The model with normalizations as after training: scales, offsets and statistics that are neither 0 nor 1. */
export function normalizationsMoved(model: Model): Model {
  for (const variable of model.variables) {
    if (!/norm\.(scale|offset|mean|variance)$/.test(variable.name)) continue;
    const moved = gaussian(variable.size, 0.3, streamsOf('moved', 0)(variable.name), 0.8);
    variable.assign(tf.tensor1d(moved.map(Math.abs)));
  }
  return model;
}

/** Noise images whose class shows as brightness, so that a network learns something. */
function tinyImages(part: string, count: number): ImageSet {
  const noise = gaussian(count * 192, 20, streamsOf('tiny-images', 0)(part));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from(noise, (value, i) =>
    Math.round(Math.min(255, Math.max(0, 60 + 60 * labels[Math.floor(i / 192)]! + value))),
  );
  return { count, images, labels };
}

export function tinyData(trainExamples = 64, testExamples = 40, validationExamples = 0): ImageData {
  return {
    name: 'generated',
    source: 'generated',
    warnings: [],
    classes: 3,
    height: 8,
    width: 8,
    channels: 3,
    digest: 'tiny',
    train: tinyImages('train', trainExamples),
    validation: validationExamples === 0 ? null : tinyImages('validation', validationExamples),
    test: tinyImages('test', testExamples),
    mean: [0.47, 0.47, 0.47],
    standardDeviation: [0.2, 0.2, 0.2],
  };
}

export const tinyDataset: DatasetSpec = {
  name: 'generated',
  trainExamples: 64,
  testExamples: 40,
  normalization: 'dataset',
  flip: true,
  cropPadding: 1,
};

export const tinyTraining: TrainingSpec = {
  epochs: 3,
  batchSize: 24,
  learningRate: 0.05,
  decayAt: [0.5],
  decayFactor: 0.1,
  firstEpochLearningRate: null,
  momentum: 0.9,
  decay: 0.01,
  labelSmoothing: 0,
};
