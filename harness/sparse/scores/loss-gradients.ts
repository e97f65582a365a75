import { valueAndGradients } from '../../engine/gradients.ts';
import { replaying } from '../../engine/replay.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { Feeds, Loss } from '../../train/step.ts';

/**
 * The gradients of a loss for some of a network's weights as a function of a batch, as one recorded graph. Running
 * statistics stay as they are.
 *
 * @param variables the network's
 * @returns what makes the batch's tensors goes in, the gradients of the weights come out
 */
export function lossGradients<F extends Feeds>(
  variables: readonly Variable[],
  weights: readonly Variable[],
  loss: Loss<F>,
): (feeds: () => F) => Float32Array[] {
  const replay = replaying((feeds: F) => {
    const { value, gradients } = valueAndGradients(() => {
      const { loss: mean, correct, updates = [] } = loss(feeds);
      // The new running statistics, and some losses' counts, are kept tensors, which a tidy leaves alone.
      tf.dispose([correct, ...updates.map(([, next]) => next)]);
      return mean;
    }, weights);
    value.dispose();
    return Object.fromEntries(gradients.map((gradient, index) => [`gradient_${index}`, gradient]));
  }, variables);
  return (feeds) => {
    let values: Float32Array[] = [];
    tf.tidy(() => {
      const results = replay.run(feeds());
      values = weights.map((_, index) => (results[`gradient_${index}`]!.dataSync() as Float32Array).slice());
    });
    return values;
  };
}
