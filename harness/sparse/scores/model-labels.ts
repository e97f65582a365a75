import type { Batch } from '../../data/images/batches.ts';
import { softmaxValue } from '../../engine/ops/softmax.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Uniform } from '../../random.ts';
import { imageFeeds } from '../../train/image-steps.ts';
import { imagesOf, type SparseContext } from '../sparse-method.ts';

/**
 * The examples of a batch with labels that are drawn from what the network itself predicts for them, so that expected
 * squared slopes of the loss are those of the Fisher matrix, and not of the empirical one (Martens 2020; Kunstner et
 * al. 2019). Normalizations use their running statistics. Examples go through `chunk` at once; a forward pass counts as
 * a third of an example.
 *
 * @param uniform draws one number an example, in their order
 */
export function labelledByModel(context: SparseContext, batch: Batch, uniform: Uniform, chunk: number): Batch {
  const { model, imageShape } = imagesOf(context);
  const labels = new Int32Array(batch.size);
  for (const { from, part } of chunksOf(batch, chunk)) {
    tf.tidy(() => {
      const logits = model.apply(imageFeeds(part, imageShape).images, { training: false });
      const classes = logits.shape[1]!;
      const probabilities = softmaxValue(logits).dataSync() as Float32Array;
      for (let n = 0; n < part.size; n++) {
        labels[from + n] = drawn(probabilities.subarray(n * classes, (n + 1) * classes), uniform());
      }
    });
  }
  context.countExamples(Math.ceil(batch.size / 3));
  return { ...batch, labels };
}

/** The first class at which the sum of probabilities passes the number; of rounded ones, the last class at most. */
export function drawn(probabilities: ArrayLike<number>, uniform: number): number {
  let sum = 0;
  for (let label = 0; label < probabilities.length - 1; label++) {
    sum += probabilities[label]!;
    if (uniform < sum) return label;
  }
  return probabilities.length - 1;
}

/** Consecutive examples of a batch, at most `chunk` at once, with the index of the first. */
export function* chunksOf(
  { size, images, labels }: Batch,
  chunk: number,
): Generator<{ from: number; part: Batch }, void, undefined> {
  const length = images.length / size;
  for (let from = 0; from < size; from += chunk) {
    const to = Math.min(size, from + chunk);
    const part = {
      size: to - from,
      images: images.slice(from * length, to * length),
      labels: labels.slice(from, to),
    };
    yield { from, part };
  }
}
