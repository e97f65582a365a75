import type { Batch } from '../../data/images/batches.ts';
import { valueAndGradients } from '../../engine/gradients.ts';
import { crossEntropy, crossEntropyTangent } from '../../engine/ops/cross-entropy.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { StatisticUpdates } from '../../nn/layer.ts';
import { imageFeeds } from '../../train/image-steps.ts';
import { imagesOf, type SparseContext } from '../sparse-method.ts';
import { logitsAlong } from './tangents.ts';

/**
 * Passes forward and backward that a Hessian-gradient product takes beside the gradient's one: a convolution becomes
 * three (of the value, and two of the tangent), each with its two gradients.
 */
const passesOfProduct = 3;

/** By layer, in the order of the context's weights. */
export interface GradientAndProduct {
  /** g = Σ_b ∇L_b. */
  gradient: Float32Array[];
  /** H·g = Σ_b ∇²L_b·g. */
  product: Float32Array[];
}

/**
 * The gradient g of a loss for the masked weights, and the product of the loss's Hessian H with it; other variables are
 * constants. The loss is the sum over the batches of the training loss with logits divided by a temperature, without
 * decay; normalizations use each batch's own statistics, and keep their running ones. H·g is the gradient of z = Σ_b
 * gᵀ∇L_b with g held, where gᵀ∇L_b comes from forward differentiation: nothing is a difference, so that there is no
 * step to choose, and the error is that of float32 sums. Examples are counted, four times each.
 */
export function hessianGradient(
  context: SparseContext,
  batches: readonly Batch[],
  temperature: number,
): GradientAndProduct {
  const { weights, countExamples } = context;
  const { model, imageShape, training } = imagesOf(context);
  const variables = weights.map(({ weight }) => weight);
  const sumOver = (ofBatch: (images: Tensor, labels: Tensor) => Tensor[]) =>
    batches.reduce<Tensor[] | null>((sums, batch) => {
      return tf.tidy(() => {
        const { images, labels } = imageFeeds(batch, imageShape);
        const terms = ofBatch(images, labels);
        return sums === null ? terms : sums.map((sum, l) => tf.add(sum, terms[l]!));
      }) as Tensor[];
    }, null);
  const arrays = (tensors: readonly Tensor[]) => tensors.map((value) => (value.dataSync() as Float32Array).slice());
  let result: GradientAndProduct | undefined;
  tf.tidy(() => {
    const gradient = sumOver((images, labels) => {
      const updates: StatisticUpdates = [];
      const loss = () =>
        crossEntropy(
          tf.div(model.apply(images, { training: true, updates }), temperature),
          labels,
          training.labelSmoothing,
        );
      const { gradients } = valueAndGradients(loss, variables);
      for (const [, statistic] of updates) statistic.dispose();
      return gradients;
    });
    if (gradient === null) throw new Error('hessianGradient: there are no batches');
    const direction = new Map(weights.map(({ name }, l) => [name, gradient[l]!]));
    const product = sumOver((images, labels) => {
      const derivative = () => {
        const { value, tangent } = logitsAlong(model, direction, images);
        const [logits, along] = [tf.div(value, temperature), tf.div(tangent, temperature)] as Tensor[];
        return crossEntropyTangent(logits!, along!, labels, training.labelSmoothing);
      };
      return valueAndGradients(derivative, variables).gradients;
    });
    result = { gradient: arrays(gradient), product: arrays(product!) };
  });
  countExamples((1 + passesOfProduct) * batches.reduce((sum, { size }) => sum + size, 0));
  return result!;
}
