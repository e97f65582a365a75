import { crossEntropy } from '../engine/ops/cross-entropy.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { DropoutRates } from '../nn/dropout.ts';
import type { EncoderInputs, MaskedTokenModel, SpanModel } from '../nn/transformer/encoder.ts';
import type { OptimizerSpec } from '../optim/optimizer.ts';
import { noDecay } from '../regularize/decay.ts';
import { encoderDecayPlaces, placedDecayOf } from '../regularize/product-decay.ts';
import type { EncoderTrainingSpec } from '../spec/pretraining.ts';
import type { FineTuningSpec } from '../spec/question-answering.ts';
import type { TransformerRegularizerName } from '../spec/translation.ts';
import { evaluationStep, type Loss, type Step, type TrainingStep, trainingStep } from './step.ts';

/** A batch of masked sequences as tensors. */
export type MaskedFeeds = EncoderInputs & {
  /** Rows of the [batch·n] tokens that are to be told, [count], int32. */
  places: Tensor;
  /** What stood there, [count], int32. */
  labels: Tensor;
  /** 1 for each that counts, else 0, [count]. */
  weights: Tensor;
};

/** A batch of windows of questions as tensors. */
export type SpanFeeds = EncoderInputs & {
  /** The first and the last token of each answer, [batch], int32. */
  starts: Tensor;
  ends: Tensor;
};

/** Dropout of an encoder: none behind ReLUs. */
function ratesOf(dropout: number): DropoutRates {
  return { hidden: dropout, relu: 0 };
}

/** Mean cross-entropy of the masked tokens. */
export function maskedTokenLoss(model: MaskedTokenModel, rates?: DropoutRates): Loss<MaskedFeeds> {
  return ({ places, labels, weights, ...inputs }) => {
    const terms = model.crossEntropy(inputs, places, labels, weights, rates);
    return { ...terms, count: tf.sum(weights) as Scalar };
  };
}

/**
 * Half the sum of the cross-entropies of an answer's beginning and end over the tokens (Devlin et al. 2019, section 4.2),
 * mean over the windows; right are windows whose both ends have the largest score.
 */
export function spanLoss(model: SpanModel, rates?: DropoutRates): Loss<SpanFeeds> {
  return ({ starts, ends, ...inputs }) => {
    const { start, end } = model.scores(inputs, rates);
    const isRight = (scores: Tensor, labels: Tensor) => tf.equal(tf.argMax(scores, 1), labels);
    const right = tf.logicalAnd(isRight(start, starts), isRight(end, ends));
    return {
      loss: tf.mul(tf.add(crossEntropy(start, starts, 0), crossEntropy(end, ends, 0)), 0.5) as Scalar,
      correct: tf.sum(tf.cast(right, 'float32')) as Scalar,
      count: tf.fill([], starts.size) as Scalar,
    };
  };
}

/** A training step of pre-training, with the optimizer of its training and its decay where that takes it. */
export function maskedTrainingStep(
  model: MaskedTokenModel,
  training: EncoderTrainingSpec & { regularizer: TransformerRegularizerName },
): TrainingStep<MaskedFeeds> {
  const { regularizer, decay, clipNorm, dropout } = training;
  return trainingStep({
    variables: model.variables,
    loss: maskedTokenLoss(model, ratesOf(dropout)),
    decay: placedDecayOf(model.products, { regularizer, decay, ...encoderDecayPlaces(training) }),
    optimizer: optimizerSpecOf(training.optimizer),
    clipNorm,
  });
}

/** FLAMBé as it is read here is LAMB: what differs is where Frobenius decay enters. */
function optimizerSpecOf({ name, ...moments }: EncoderTrainingSpec['optimizer']): OptimizerSpec {
  return { name: name === 'adam' ? 'adam' : 'lamb', ...moments };
}

/** A training step of fine-tuning: Adam, without decay. */
export function spanTrainingStep(
  model: SpanModel,
  { adam, clipNorm, dropout }: FineTuningSpec,
): TrainingStep<SpanFeeds> {
  return trainingStep({
    variables: model.variables,
    loss: spanLoss(model, ratesOf(dropout)),
    decay: noDecay,
    optimizer: { name: 'adam', ...adam },
    clipNorm,
  });
}

/** The losses without dropout. */
export function maskedEvaluationStep(model: MaskedTokenModel): Step<MaskedFeeds> {
  return evaluationStep(model.variables, maskedTokenLoss(model));
}
export function spanEvaluationStep(model: SpanModel): Step<SpanFeeds> {
  return evaluationStep(model.variables, spanLoss(model));
}
