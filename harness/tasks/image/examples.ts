import { type Batch, balancedBatch, trainBatches } from '../../data/images/batches.ts';
import type { ImageData } from '../../data/images/images.ts';
import type { Model } from '../../nn/model.ts';
import type { Streams } from '../../random.ts';
import { type Examples, streamsOfPurpose } from '../../sparse/examples.ts';
import type { DatasetSpec, TrainingSpec } from '../../spec/image.ts';
import { type ImageFeeds, imageFeeds, imageLoss } from '../../train/image-steps.ts';

export interface ImageExamplesOptions {
  model: Model;
  data: ImageData;
  dataset: DatasetSpec;
  training: TrainingSpec;
}

/** The training images, augmented as in training, as a sparse method's context hands them out. */
export function imageExamples({ model, data, dataset, training }: ImageExamplesOptions): Examples<Batch, ImageFeeds> {
  const imageShape = [data.height, data.width, data.channels];
  const firstBatch = (streams: Streams, size: number): Batch => {
    for (const batch of trainBatches(data, dataset, size, 0, streams)) return batch;
    throw new Error('imageExamples: there are no training examples');
  };
  return {
    batch: (streams, size = training.batchSize) => firstBatch(streams, size),
    countOf: ({ size }) => size,
    feedsOf: (batch) => imageFeeds(batch, imageShape),
    loss: imageLoss(model, training.labelSmoothing),
    images: (streams) => ({
      model,
      training,
      imageShape,
      classes: data.classes,
      batch: (purpose, size) => firstBatch(streamsOfPurpose(streams, purpose), size),
      balancedBatch: (purpose, perClass) => balancedBatch(data, dataset, perClass, streamsOfPurpose(streams, purpose)),
    }),
  };
}
