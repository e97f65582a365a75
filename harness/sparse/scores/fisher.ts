import type { Batch } from '../../data/images/batches.ts';
import { valueAndGradients } from '../../engine/gradients.ts';
import { crossEntropy } from '../../engine/ops/cross-entropy.ts';
import { replaying } from '../../engine/replay.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable } from '../../engine/variable.ts';
import { imageFeeds } from '../../train/image-steps.ts';
import { imagesOf, type SparseContext } from '../sparse-method.ts';
import { chunksOf } from './model-labels.ts';

/**
 * The diagonal of the Fisher matrix, F_i = 1/N·Σ_n (∂ℓ_n/∂w_i)², of every masked weight over the N examples of a batch;
 * ℓ_n = −log p(y_n) for the batch's labels, which are to be drawn from the network (`labelledByModel`): with the data's
 * it is the empirical Fisher matrix. Normalizations use their running statistics, so that examples do not depend on each
 * other. Examples go through one by one, and are counted.
 */
export function fisherDiagonal(context: SparseContext, batch: Batch): Float32Array[] {
  const { weights, countExamples } = context;
  const { model, imageShape } = imagesOf(context);
  const variables = weights.map(({ weight }) => weight);
  const sums = weights.map(({ name, shape }) => filledVariable(`${name}.fisher`, 'statistic', [...shape], 0));
  const replay = replaying(
    ({ images, labels }: { images: Tensor; labels: Tensor }) => {
      const { value, gradients } = valueAndGradients(
        () => crossEntropy(model.apply(images, { training: false }), labels, 0),
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
    for (const { part } of chunksOf(batch, 1)) tf.tidy(() => void replay.run(imageFeeds(part, imageShape)));
    return sums.map(({ value }) => (value.dataSync() as Float32Array).map((sum) => sum / batch.size));
  } finally {
    replay.dispose();
    for (const sum of sums) sum.dispose();
    countExamples(batch.size);
  }
}
