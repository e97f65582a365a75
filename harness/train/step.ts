import { valueAndGradients } from '../engine/gradients.ts';
import type { RecordedStep } from '../engine/record-step.ts';
import { replaying } from '../engine/replay.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { StatisticUpdates } from '../nn/layer.ts';
import { type Masks, type Optimizer, type OptimizerSpec, optimizerOf } from '../optim/optimizer.ts';
import { type Decay, decayTerms } from '../regularize/decay.ts';

/** Tensors that a step is given, by name. Everything else that it reads is a variable. */
export type Feeds = Record<string, Tensor>;

/** What a loss gives for a batch. */
export interface LossTerms {
  /** Mean over what counts: examples, or tokens. */
  loss: Scalar;
  /** How many of them are right. */
  correct: Scalar;
  /** How many count. */
  count: Scalar;
  /** New values of running statistics, which outlive tidies; none where it is left out. */
  updates?: StatisticUpdates;
}

/** A function of the feeds and of a network's variables. */
export type Loss<F extends Feeds> = (feeds: F) => LossTerms;

/** Scalars that the caller owns. */
export type StepResult = {
  loss: Scalar;
  correct: Scalar;
  count: Scalar;
};

/** A step in its two forms, which give the same bits. */
export interface Step<F extends Feeds> {
  /**
   * Everything that a step reads and writes: weights, running statistics and, in training, optimizer slots and masks.
   */
  readonly variables: readonly Variable[];
  /** Replays the graph recorded for the feeds' shapes. */
  run(feeds: F): StepResult;
  /** Operation by operation: slower, but its tensors can be looked at. */
  runEagerly(feeds: F): StepResult;
  /** The graph that `run` replays for the feeds' shapes, as data; the variables keep their values. */
  recorded(feeds: F): RecordedStep;
  /** Frees the recorded graphs. */
  dispose(): void;
}

/** What a training step is fed: a batch, and what changes from step to step. */
export type TrainingFeeds<F extends Feeds> = F & { learningRate: Scalar };

export interface TrainingStep<F extends Feeds> extends Step<TrainingFeeds<F>> {
  readonly optimizer: Optimizer;
}

export interface TrainingStepOptions<F extends Feeds> {
  /** The network's. */
  variables: readonly Variable[];
  /** What else the loss reads, and training leaves as it is; none where it is left out. */
  fixed?: readonly Variable[];
  loss: Loss<F>;
  decay: Decay;
  optimizer: OptimizerSpec;
  /** Largest norm of all gradients together, with the decay that enters there; null or left out: none. */
  clipNorm?: number | null;
  /**
   * 0 or 1 by variable: where a mask is 0, the weight and its slots are zero after every step. A mask is an input of
   * the recorded step, so that it can change between steps.
   */
  masks?: Masks;
}

/**
 * A training step as a function of its feeds and of the variables: loss, gradients, decay, clipping, the optimizer's
 * update, running statistics. Its results are those before the update.
 */
export function trainingStep<F extends Feeds>(options: TrainingStepOptions<F>): TrainingStep<F> {
  const { variables, fixed = [], loss, decay, clipNorm = null, masks = new Map() } = options;
  const trainable = variables.filter(({ role }) => role !== 'statistic');
  const optimizer = optimizerOf(options.optimizer, trainable, { clipNorm, masks });
  const compute = (feeds: TrainingFeeds<F>): StepResult => {
    const { learningRate, ...batch } = feeds;
    let terms: LossTerms | undefined;
    const { value, gradients } = valueAndGradients(() => {
      terms = loss(batch as unknown as F);
      for (const scalar of [terms.correct, terms.count]) tf.keep(scalar);
      return terms.loss;
    }, trainable);
    const { correct, count, updates = [] } = terms!;
    const decays = decayTerms(variables, decay);
    const total = trainable.map((variable, index) => {
      const added = decays.gradient.get(variable);
      return added === undefined ? gradients[index]! : tf.add(gradients[index]!, added);
    });
    for (const [variable, term] of decays.decoupled) {
      variable.assign(tf.sub(variable.value, tf.mul(term, learningRate)));
    }
    optimizer.update(total, learningRate, decays.direction);
    for (const [variable, next] of updates) variable.assign(next);
    return { loss: value, correct: released(correct), count: released(count) };
  };
  return { ...stepOf(compute, [...variables, ...fixed, ...optimizer.slots, ...masks.values()]), optimizer };
}

/** A step that computes a loss, and changes no variable. */
export function evaluationStep<F extends Feeds>(variables: readonly Variable[], loss: Loss<F>): Step<F> {
  return stepOf((feeds: F) => {
    const { loss: value, correct, count } = loss(feeds);
    for (const scalar of [correct, count]) tf.keep(scalar);
    return { loss: value, correct: released(correct), count: released(count) };
  }, variables);
}

function stepOf<F extends Feeds>(compute: (feeds: F) => StepResult, variables: readonly Variable[]): Step<F> {
  const runEagerly = (feeds: F) => tf.tidy(() => compute(feeds) as never) as StepResult;
  return { variables, runEagerly, ...replaying(runEagerly, variables) };
}

/** The value of a kept tensor, as one that the surrounding tidy owns. */
function released(kept: Scalar): Scalar {
  const value = tf.clone(kept);
  kept.dispose();
  return value;
}
