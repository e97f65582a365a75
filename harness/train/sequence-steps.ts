import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { DropoutRates } from '../nn/dropout.ts';
import type { SequenceInputs, SequenceModel } from '../nn/transformer/sequence-model.ts';
import type { Masks } from '../optim/optimizer.ts';
import { type ProductDecay, productDecayOf } from '../regularize/product-decay.ts';
import type { SequenceOptimizer } from '../spec/translation.ts';
import { evaluationStep, type Loss, type Step, type TrainingStep, trainingStep } from './step.ts';

/** A batch of sentence pairs as tensors. */
export type SequenceFeeds = SequenceInputs & {
  /** Tokens to predict, [batch, n], int32. */
  labels: Tensor;
  /** 1 for each label that counts and 0 for padding, [batch, n]; all count where it is left out. */
  weights?: Tensor;
};

export interface SequenceTraining extends ProductDecay {
  optimizer: SequenceOptimizer;
  /** Largest norm of all gradients together, with the decay that enters there; null for no clipping. */
  clipNorm: number | null;
  labelSmoothing: number;
  /** Left out: none. A step with dropout needs a seed with every batch. */
  dropout?: DropoutRates;
}

/** Cross-entropy of a token with label smoothing, and dropout where rates are given. */
export function sequenceLoss(
  model: SequenceModel,
  labelSmoothing: number,
  dropout?: DropoutRates,
): Loss<SequenceFeeds> {
  return ({ labels, weights, ...inputs }) => {
    const flat = weights === undefined ? null : tf.reshape(weights, [weights.size]);
    const terms = model.crossEntropy(inputs, tf.reshape(labels, [labels.size]), flat, labelSmoothing, dropout);
    const count = weights === undefined ? tf.fill([], labels.size) : tf.sum(weights);
    return { ...terms, count: count as Scalar };
  };
}

/** A training step of a sequence model, with the optimizer and the decay of its training. */
export function sequenceTrainingStep(
  model: SequenceModel,
  training: SequenceTraining,
  masks: Masks = new Map(),
): TrainingStep<SequenceFeeds> {
  const { labelSmoothing, dropout, optimizer, clipNorm } = training;
  return trainingStep({
    variables: model.variables,
    loss: sequenceLoss(model, labelSmoothing, dropout),
    decay: productDecayOf(model.products, training),
    optimizer,
    clipNorm,
    masks,
  });
}

/** The loss without label smoothing and dropout. */
export function sequenceEvaluationStep(model: SequenceModel): Step<SequenceFeeds> {
  return evaluationStep(model.variables, sequenceLoss(model, 0));
}
