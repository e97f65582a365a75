import { valueAndGradients } from '../engine/gradients.ts';
import { crossEntropy } from '../engine/ops/cross-entropy.ts';
import { replaying } from '../engine/replay.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { StatisticUpdates } from '../nn/layer.ts';
import type { Model } from '../nn/model.ts';
import { type Sgd, sgd } from '../optim/sgd.ts';
import { decayGradients, parameterRatio } from '../regularize/regularizer.ts';
import { totalParameters } from '../shape/blueprint.ts';
import type { RegularizerName, TrainingSpec } from '../spec/spec.ts';

/** What changes from step to step. Everything else that a step reads is a variable. */
export type StepFeeds = {
  /** [batch, height, width, channels] */
  images: Tensor;
  /** [batch], int32 */
  labels: Tensor;
  learningRate: Scalar;
};

/** Scalars that the caller owns. */
export type StepResult = {
  loss: Scalar;
  /** Correctly classified examples of the batch, before the update. */
  correct: Scalar;
};

export interface TrainingStep {
  /** Everything that a step reads and writes: weights, running statistics, optimizer slots and masks. */
  readonly variables: readonly Variable[];
  /** The momentum buffer of each trainable variable. */
  readonly momenta: ReadonlyMap<Variable, Variable>;
  /** Replays the recorded graph. */
  run(feeds: StepFeeds): StepResult;
  /** The same step operation by operation, with the same bits: slower, but its tensors can be looked at. */
  runEagerly(feeds: StepFeeds): StepResult;
  /** Frees the recorded graphs. */
  dispose(): void;
}

/**
 * A training step as a function of its feeds and of the variables: loss, gradients, decay, momentum, update.
 *
 * @param masks 0/1 by variable: where a mask is 0, weight and momentum are zero after every step. A mask is an input of the
 *   recorded step, so that it can change between steps.
 */
export function trainingStep(
  model: Model,
  training: TrainingSpec,
  regularizer: RegularizerName,
  masks: ReadonlyMap<Variable, Variable> = new Map(),
): TrainingStep {
  const trainable = model.variables.filter((variable) => variable.role !== 'statistic');
  const optimizer: Sgd = sgd(trainable, training.momentum, masks);
  const ratio = parameterRatio(trainable, totalParameters(model.blueprint));
  const compute = ({ images, labels, learningRate }: StepFeeds): StepResult => {
    const updates: StatisticUpdates = [];
    let logits: Tensor | undefined;
    const { value, gradients } = valueAndGradients(() => {
      logits = tf.keep(model.apply(images, { training: true, updates }));
      return crossEntropy(logits, labels, training.labelSmoothing);
    }, trainable);
    const decay = decayGradients(model, { regularizer, lambda: training.decay, ratio });
    const total = trainable.map((variable, index) => {
      const added = decay.get(variable);
      return added === undefined ? gradients[index]! : tf.add(gradients[index]!, added);
    });
    optimizer.update(total, learningRate);
    for (const [variable, next] of updates) variable.assign(next);
    const correct = correctCount(logits!, labels);
    logits!.dispose();
    return { loss: value, correct };
  };
  const variables = [...model.variables, ...optimizer.slots, ...masks.values()];
  const momenta = new Map(trainable.map((variable, index) => [variable, optimizer.slots[index]!]));
  const runEagerly = (feeds: StepFeeds) => tf.tidy(() => compute(feeds) as never) as StepResult;
  const replay = replaying(runEagerly, variables);
  return { variables, momenta, run: replay.run, runEagerly, dispose: replay.dispose };
}

/** How many rows' largest logit is at the label. */
export function correctCount(logits: Tensor, labels: Tensor): Scalar {
  return tf.tidy(() => tf.sum(tf.equal(tf.argMax(logits, 1), labels)) as Scalar);
}
