import type { Batch } from '../data/images/batches.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';

/** The tensors of a batch, [size, ...imageShape] and [size]. They may share the batch's memory. */
export function batchTensors(batch: Batch, imageShape: readonly number[]): { images: Tensor; labels: Tensor } {
  return {
    images: tf.tensor(batch.images, [batch.size, ...imageShape]),
    labels: tf.tensor1d(batch.labels, 'int32'),
  };
}
