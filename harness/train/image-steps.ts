import type { Batch } from '../data/images/batches.ts';
import { crossEntropy } from '../engine/ops/cross-entropy.ts';
import { softTargetLoss } from '../engine/ops/soft-targets.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
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

/** What a network learns from in place of labels alone: a loss of its own, and the variables that this reads besides. */
export interface Teaching {
  loss: Loss<ImageFeeds>;
  fixed: readonly Variable[];
}

export interface TeacherOptions {
  teacher: Model;
  /** T, by which both networks' logits are divided. */
  temperature: number;
  /** The soft targets' share of the loss; the labels have the rest. */
  weight: number;
  labelSmoothing: number;
}

/**
 * Distillation (Hinton, Vinyals and Dean 2015, section 2): (1 − w)·cross-entropy of the labels + w·T²·KL of the teacher's
 * probabilities at temperature T to the network's, both of the same images; the teacher's normalizations have their
 * running statistics.
 */
export function taughtBy(model: Model, { teacher, temperature, weight, labelSmoothing }: TeacherOptions): Teaching {
  return {
    loss({ images, labels }) {
      const updates: StatisticUpdates = [];
      const soft = teacher.apply(images, { training: false });
      const logits = model.apply(images, { training: true, updates });
      const hard = tf.mul(crossEntropy(logits, labels, labelSmoothing), 1 - weight);
      const loss = tf.add(hard, tf.mul(softTargetLoss(logits, soft, temperature), weight)) as Scalar;
      return { loss, ...answersOf(logits, labels), updates };
    },
    fixed: teacher.variables,
  };
}

/**
 * A training step of a network of images: stochastic gradient descent with momentum, decay in the gradient.
 *
 * @param teaching what it learns from; left out: the labels
 */
export function imageTrainingStep(
  model: Model,
  training: TrainingSpec,
  regularizer: RegularizerName,
  masks: Masks = new Map(),
  teaching?: Teaching,
): TrainingStep<ImageFeeds> {
  const ratio = parameterRatio(model.variables, totalParameters(model.blueprint));
  return trainingStep({
    variables: model.variables,
    loss: imageLoss(model, training.labelSmoothing),
    ...teaching,
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
