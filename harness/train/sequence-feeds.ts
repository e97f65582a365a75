import { tf } from '../engine/tensorflow.ts';
import type { TokenBatch } from '../text/token-batches.ts';
import { padId } from '../text/vocabulary.ts';
import type { SequenceFeeds } from './sequence-steps.ts';

/** Low enough that its exponential is zero beside any other score. */
const excluded = -1e9;

/**
 * The tensors of a batch. Padding is at the ends, so that what the decoder reads needs no mask: no token attends to
 * later ones, and the weights leave padding out of the loss.
 */
export function sequenceFeeds({ size, sourceLength, targetLength, ...batch }: TokenBatch): SequenceFeeds {
  const [source, target]: [number, number][] = [
    [size, sourceLength],
    [size, targetLength],
  ];
  return {
    source: tf.tensor2d(batch.source, source, 'int32'),
    target: tf.tensor2d(batch.target, target, 'int32'),
    labels: tf.tensor2d(batch.labels, target, 'int32'),
    weights: tf.tensor2d(batch.weights, target),
    sourceMask: tf.tensor2d(
      Float32Array.from(batch.source, (id) => (id === padId ? excluded : 0)),
      source,
    ),
  };
}
