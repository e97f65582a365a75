import { valueAndGradients } from '../engine/gradients.ts';
import type { LinearCrossEntropy } from '../engine/ops/linear-cross-entropy.ts';
import { replaying } from '../engine/replay.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { DropoutRates } from '../nn/dropout.ts';
import type { SequenceInputs, SequenceModel } from '../nn/transformer/sequence-model.ts';
import { adam } from '../optim/adam.ts';
import { nesterov } from '../optim/nesterov.ts';
import { type ProductDecay, productDecay } from '../regularize/product-decay.ts';
import type { SequenceOptimizer } from '../spec/translation.ts';

/** A batch of sentence pairs. */
export type SequenceBatch = SequenceInputs & {
  /** Tokens to predict, [batch, n], int32. */
  labels: Tensor;
  /** 1 for each label that counts and 0 for padding, [batch, n]; all count where it is left out. */
  weights?: Tensor;
};

/** What changes from step to step. Everything else that a step reads is a variable. */
export type SequenceFeeds = SequenceBatch & { learningRate: Scalar };

/** Scalars that the caller owns. */
export type SequenceResult = {
  /** Mean over the tokens that count. */
  loss: Scalar;
  /** Number of tokens that count. */
  tokens: Scalar;
  /** How many of them have the largest logit, before the update. */
  correct: Scalar;
};

export interface SequenceTraining extends ProductDecay {
  optimizer: SequenceOptimizer;
  /** Largest norm of all gradients together, with the decay that enters there; null for no clipping. */
  clipNorm: number | null;
  labelSmoothing: number;
  /** Left out: none. A step with dropout needs a seed with every batch. */
  dropout?: DropoutRates;
}

/** A step in its two forms, which give the same bits. */
export interface SequenceStep<F> {
  /** Everything that a step reads and writes: weights and, in training, optimizer slots. */
  readonly variables: readonly Variable[];
  /** Replays the graph recorded for the feeds' shapes. */
  run(feeds: F): SequenceResult;
  /** Operation by operation: slower, but its tensors can be looked at. */
  runEagerly(feeds: F): SequenceResult;
  /** Frees the recorded graphs. */
  dispose(): void;
}

/** A training step as a function of its feeds and of the variables: loss, gradients, decay, clipping, optimizer's update. */
export function sequenceTrainingStep(model: SequenceModel, training: SequenceTraining): SequenceStep<SequenceFeeds> {
  const { labelSmoothing, dropout } = training;
  const trainable = model.variables.filter((variable) => variable.role !== 'statistic');
  const optimizer = optimizerOf(trainable, training);
  const compute = ({ learningRate, ...batch }: SequenceFeeds): SequenceResult => {
    let kept: Scalar | undefined;
    const { value, gradients } = valueAndGradients(() => {
      const { loss, correct } = crossEntropyOf(model, batch, labelSmoothing, dropout);
      kept = correct;
      return loss;
    }, trainable);
    const decays = productDecay(model, training);
    const total = trainable.map((variable, index) => {
      const added = decays.gradient.get(variable);
      return added === undefined ? gradients[index]! : tf.add(added, gradients[index]!);
    });
    for (const [variable, term] of decays.decoupled) {
      variable.assign(tf.sub(variable.value, tf.mul(term, learningRate)));
    }
    optimizer.update(total, learningRate);
    return { loss: value, tokens: tokenCount(batch), correct: released(kept!) };
  };
  return stepOf(compute, [...model.variables, ...optimizer.slots]);
}

/** An evaluation of one batch: the loss without label smoothing. It changes no variable. */
export function sequenceEvaluationStep(model: SequenceModel): SequenceStep<SequenceBatch> {
  const compute = (batch: SequenceBatch): SequenceResult => {
    const { loss, correct } = crossEntropyOf(model, batch, 0);
    return { loss, tokens: tokenCount(batch), correct: released(correct) };
  };
  return stepOf(compute, model.variables);
}

function optimizerOf(variables: readonly Variable[], { optimizer, clipNorm }: SequenceTraining) {
  if (optimizer.name === 'adam') return adam(variables, { ...optimizer, clipNorm, decoupledDecay: 0 });
  return nesterov(variables, { ...optimizer, clipNorm });
}

function stepOf<F extends Record<string, Tensor>>(
  compute: (feeds: F) => SequenceResult,
  variables: readonly Variable[],
): SequenceStep<F> {
  const runEagerly = (feeds: F) => tf.tidy(() => compute(feeds) as never) as SequenceResult;
  const replay = replaying(runEagerly, variables);
  return { variables, run: replay.run, runEagerly, dispose: replay.dispose };
}

function crossEntropyOf(
  model: SequenceModel,
  batch: SequenceBatch,
  smoothing: number,
  dropout?: DropoutRates,
): LinearCrossEntropy {
  const { labels, weights, ...inputs } = batch;
  const flat = weights === undefined ? null : tf.reshape(weights, [weights.size]);
  return model.crossEntropy(inputs, tf.reshape(labels, [labels.size]), flat, smoothing, dropout);
}

function tokenCount({ labels, weights }: SequenceBatch): Scalar {
  return (weights === undefined ? tf.fill([], labels.size) : tf.sum(weights)) as Scalar;
}

/** The value of a kept tensor, as one that the surrounding tidy owns. */
function released(kept: Scalar): Scalar {
  const value = tf.clone(kept);
  kept.dispose();
  return value;
}
