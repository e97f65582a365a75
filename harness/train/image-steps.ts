import type { Batch } from '../data/images/batches.ts';
import { crossEntropy } from '../engine/ops/cross-entropy.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { StatisticUpdates } from '../nn/layer.ts';
import type { Model } from '../nn/model.ts';
import type { Masks } from '../optim/optimizer.ts';
import { decayOf, parameterRatio } from '../regularize/regularizer.ts';
import { totalParameters } from '../shape/blueprint.ts';
import type { TrainingSpec } from '../spec/image.ts';
import type { RegularizerName } from '../spec/words.ts';
import { evaluationStep, type Loss, type Step, type TrainingStep, trainingStep } from './step.ts';

/** A batch of images as tensors. */
export type ImageFeeds = {
  /** [batch, height, width, channels] */
  images: Tensor;
  /** [batch], int32 */
  labels: Tensor;
};

/** The tensors of a batch, [size, ...imageShape] and [size]. They may share the batch's memory. */
export function imageFeeds(batch: Batch, imageShape: readonly number[]): ImageFeeds {
  return {
    images: tf.tensor(batch.images, [batch.size, ...imageShape]),
    labels: tf.tensor1d(batch.labels, 'int32'),
  };
}

/** Cross-entropy with label smoothing, normalizations with the batch's own statistics. */
export function imageLoss(model: Model, labelSmoothing: number): Loss<ImageFeeds> {
  return ({ images, labels }) => {
    const updates: StatisticUpdates = [];
    const logits = model.apply(images, { training: true, updates });
    return { loss: crossEntropy(logits, labels, labelSmoothing), ...answersOf(logits, labels), updates };
  };
}

/** A training step of a network of images: stochastic gradient descent with momentum, decay in the gradient. */
export function imageTrainingStep(
  model: Model,
  training: TrainingSpec,
  regularizer: RegularizerName,
  masks: Masks = new Map(),
): TrainingStep<ImageFeeds> {
  const ratio = parameterRatio(model.variables, totalParameters(model.blueprint));
  return trainingStep({
    variables: model.variables,
    loss: imageLoss(model, training.labelSmoothing),
    decay: decayOf(model.compressed, { regularizer, lambda: training.decay, ratio }),
    optimizer: { name: 'sgd', momentum: training.momentum },
    masks,
  });
}

/** Cross-entropy without label smoothing, normalizations with their running statistics. */
export function imageEvaluationStep(model: Model): Step<ImageFeeds> {
  return evaluationStep(model.variables, ({ images, labels }) => {
    const logits = model.apply(images, { training: false });
    return { loss: crossEntropy(logits, labels, 0), ...answersOf(logits, labels) };
  });
}

function answersOf(logits: Tensor, labels: Tensor): { correct: Scalar; count: Scalar } {
  return { correct: correctCount(logits, labels), count: tf.fill([], labels.size) as Scalar };
}

/** How many rows' largest logit is at the label. */
export function correctCount(logits: Tensor, labels: Tensor): Scalar {
  return tf.tidy(() => tf.sum(tf.equal(tf.argMax(logits, 1), labels)) as Scalar);
}
