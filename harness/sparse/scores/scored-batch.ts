import type { ExampleBatch, SparseContext } from '../sparse-method.ts';

/** Images that scores at initialization are taken from at least: a batch of the published trainings. */
const fewestImages = 128;

/**
 * The batch that scores at initialization are computed on: one of the training's, but of 128 images at least, because
 * the published scores are those of a batch of 128 and a shortened training's smaller batch would rank weights by
 * chance. Of sentence pairs, one of the training's.
 */
export function scoredBatch(context: Pick<SparseContext, 'images' | 'batch'>): ExampleBatch {
  const { images } = context;
  if (images === null) return context.batch('scores');
  return context.batch('scores', Math.max(fewestImages, images.training.batchSize));
}
