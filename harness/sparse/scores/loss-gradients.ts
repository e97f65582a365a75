import type { Batch } from '../../data/images/batches.ts';
import { valueAndGradients } from '../../engine/gradients.ts';
import { crossEntropy } from '../../engine/ops/cross-entropy.ts';
import { replaying } from '../../engine/replay.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { StatisticUpdates } from '../../nn/layer.ts';
import type { Model } from '../../nn/model.ts';
import { batchTensors } from '../../train/batch-tensors.ts';

/**
 * The gradients of the training loss for some of a model's weights as a function of a batch, as one recorded graph.
 * Running statistics stay as they are.
 */
export function lossGradients(
  model: Model,
  weights: readonly Variable[],
  imageShape: readonly number[],
  labelSmoothing: number,
): (batch: Batch) => Float32Array[] {
  const replay = replaying(({ images, labels }: { images: Tensor; labels: Tensor }) => {
    const updates: StatisticUpdates = [];
    const { value, gradients } = valueAndGradients(
      () => crossEntropy(model.apply(images, { training: true, updates }), labels, labelSmoothing),
      weights,
    );
    // The new running statistics are kept tensors, which a tidy leaves alone.
    tf.dispose([value, ...updates.map(([, next]) => next)]);
    return Object.fromEntries(gradients.map((gradient, index) => [`gradient_${index}`, gradient]));
  }, model.variables);
  return (batch) => {
    let values: Float32Array[] = [];
    tf.tidy(() => {
      const results = replay.run(batchTensors(batch, imageShape));
      values = weights.map((_, index) => (results[`gradient_${index}`]!.dataSync() as Float32Array).slice());
    });
    return values;
  };
}
