import type { Batch } from '../../data/images/batches.ts';
import { valueAndGradients } from '../../engine/gradients.ts';
import { crossEntropy } from '../../engine/ops/cross-entropy.ts';
import { replaying } from '../../engine/replay.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable } from '../../engine/variable.ts';
import { imageFeeds } from '../../train/image-steps.ts';
import { imagesOf, type SparseContext } from '../sparse-method.ts';

/**
 * The diagonal of the empirical Fisher matrix, F_i = 1/N·Σ_n (∂ℓ_n/∂w_i)², of every masked weight over the N examples
 * of a batch; ℓ_n is the training loss of example n with its own label, without decay. Normalizations use their running
 * statistics, so that examples do not depend on each other. Examples go through one by one, and are counted.
 */
export function empiricalFisher(context: SparseContext, batch: Batch): Float32Array[] {
  const { weights, countExamples } = context;
  const { model, imageShape, training } = imagesOf(context);
  const variables = weights.map(({ weight }) => weight);
  const sums = weights.map(({ name, shape }) => filledVariable(`${name}.fisher`, 'statistic', [...shape], 0));
  const replay = replaying(
    ({ images, labels }: { images: Tensor; labels: Tensor }) => {
      const { value, gradients } = valueAndGradients(
        () => crossEntropy(model.apply(images, { training: false }), labels, training.labelSmoothing),
        variables,
      );
      sums.forEach((sum, l) => {
        sum.assign(tf.add(sum.value, tf.square(gradients[l]!)));
      });
      return { loss: value };
    },
    [...model.variables, ...sums],
  );
  try {
    for (const example of examplesOf(batch)) tf.tidy(() => void replay.run(imageFeeds(example, imageShape)));
    return sums.map(({ value }) => (value.dataSync() as Float32Array).map((sum) => sum / batch.size));
  } finally {
    replay.dispose();
    for (const sum of sums) sum.dispose();
    countExamples(batch.size);
  }
}

/** Batches of one. */
function* examplesOf({ size, images, labels }: Batch): Generator<Batch, void, undefined> {
  const length = images.length / size;
  for (let n = 0; n < size; n++) {
    yield { size: 1, images: images.slice(n * length, (n + 1) * length), labels: labels.slice(n, n + 1) };
  }
}
