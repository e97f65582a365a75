import { matMul } from '../../engine/algebra/mat-mul.ts';
import { biasAdd } from '../../engine/ops/bias-add.ts';
import { linearCrossEntropy } from '../../engine/ops/linear-cross-entropy.ts';
import { stopGradient } from '../../engine/ops/without-gradient.ts';
import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { StatisticUpdates } from '../../nn/layer.ts';
import { type RecurrentLayer, recurrentLayer } from '../../nn/recurrent/recurrent-layer.ts';
import type { Streams } from '../../random.ts';
import type { RecognizerName } from '../../spec/twin-regularization.ts';
import type { Loss } from '../../train/step.ts';
import type { RecognizerPlan } from './plan.ts';
import {
  type DenseMap,
  denseMap,
  type FrameInputs,
  type Masks,
  noMasks,
  type Recognizer,
  reversedStates,
  seededMasks,
  statesOf,
} from './recognizer.ts';

/** A batch of pieces as tensors, frame by frame: rows t·batch + b. */
export type FrameFeeds = FrameInputs & {
  /** [frames·batch], int32 */
  labels: Tensor;
  /** 1 for each frame of a piece, 0 behind its end, [frames·batch]. */
  weights: Tensor;
  /** What dropout's masks follow from, [2], int32; left out: there is none. */
  dropoutSeed?: Tensor;
};

/** What reads backwards while the recognizer is trained. */
export interface Twin {
  /** λ */
  readonly weight: number;
  readonly layers: readonly RecurrentLayer[];
  /** Tells classes of its states; null: it is trained by its term alone. */
  readonly output: DenseMap | null;
  /** Whether the term has no gradient for its states. */
  readonly isStopped: boolean;
  /** What is done to the forward states of each layer before they are held against its own; null: nothing. */
  readonly maps: readonly DenseMap[] | null;
  /** Those that the recognizer has not. */
  readonly variables: readonly Variable[];
}

/** The twin of a method; null where it has none. */
export function newTwin(
  method: RecognizerName,
  weight: number | null,
  recognizer: Recognizer,
  { blueprint, compression }: RecognizerPlan,
  streams: Streams,
): Twin | null {
  if (weight === null) return null;
  const shared = { weight, isStopped: false, maps: null };
  if (method === 'shared-twin') return { ...shared, layers: recognizer.forward, output: null, variables: [] };
  const { width, classes } = blueprint.sizes;
  const layers = blueprint.forward.map((shape) => {
    return recurrentLayer({ ...shape, name: shape.name.replace('forward', 'twin') }, compression, streams);
  });
  const output = denseMap('twin.output', width, classes, streams);
  const maps =
    method === 'twin-networks' ? layers.map((_, index) => denseMap(`twin.map.${index}`, width, width, streams)) : null;
  const own = [...layers.flatMap(({ variables }) => variables), ...[output, ...(maps ?? [])].flatMap(variablesOf)];
  return { ...shared, layers, output, isStopped: method !== 'separate-twin', maps, variables: own };
}

function variablesOf({ weight, bias }: DenseMap): Variable[] {
  return [weight, bias];
}

/**
 * The loss of training, mean over the frames: −ln p of each frame's label, that of a separate twin added, and
 * λ·Σ_layers mean (h_f − h_b)² over frames and units. What is right is what the recognizer tells.
 *
 * @param dropoutRate of ĥ
 */
export function recognizerLoss(recognizer: Recognizer, twin: Twin | null, dropoutRate: number): Loss<FrameFeeds> {
  return ({ labels, weights, dropoutSeed, ...inputs }) => {
    const masks: Masks = dropoutSeed === undefined ? noMasks : seededMasks(dropoutRate, dropoutSeed);
    const updates: StatisticUpdates = [];
    const states = statesOf(recognizer, inputs, { pass: { training: true, updates }, masks });
    const { loss, correct } = told(states.at(-1)!, recognizer.output, labels, weights);
    const count = tf.sum(weights) as Scalar;
    if (twin === null) return { loss, correct, count, updates };
    const ofTwin: StatisticUpdates = [];
    const reading = { pass: { training: true as const, updates: ofTwin }, masks };
    const against = reversedStates(twin.layers, inputs.frames, inputs.lengths, reading);
    let total = tf.add(loss, tf.mul(twinTerm(states, against, weights, twin), twin.weight)) as Scalar;
    if (twin.output !== null) {
      const ofOwn = told(against.at(-1)!, twin.output, labels, weights);
      ofOwn.correct.dispose();
      total = tf.add(total, ofOwn.loss);
    }
    // Of weights that both directions share, the statistics of the one that is tested stand in the end.
    return { loss: total, correct, count, updates: [...ofTwin, ...updates] };
  };
}

/** The cross-entropy of what is told of states, [frames, batch, width]. */
function told(states: Tensor, { weight, bias }: DenseMap, labels: Tensor, weights: Tensor) {
  const last = { matrix: weight.value, transposed: false };
  return linearCrossEntropy(rowsOf(states), last, bias.value, labels, weights, 0);
}

function rowsOf(states: Tensor): Tensor {
  return tf.reshape(states, [-1, states.shape[2]!]);
}

/**
 * Σ_layers mean (h_f − h_b)², over the frames that count and the units.
 *
 * @param states h_f of each layer, [frames, batch, width]
 * @param against h_b of each
 * @param weights [frames·batch], 0 or 1
 */
export function twinTerm(
  states: readonly Tensor[],
  against: readonly Tensor[],
  weights: Tensor,
  { isStopped, maps }: Pick<Twin, 'isStopped' | 'maps'>,
): Tensor {
  const counted = tf.div(tf.reshape(weights, [-1, 1]), tf.sum(weights));
  const terms = states.map((state, layer) => {
    const own = rowsOf(against[layer]!);
    const map = maps?.[layer];
    const ahead = map === undefined ? rowsOf(state) : biasAdd(matMul(rowsOf(state), map.weight.value), map.bias.value);
    const squares = tf.square(tf.sub(ahead, isStopped ? stopGradient(own) : own));
    return tf.div(tf.sum(tf.mul(squares, counted)), own.shape[1]!);
  });
  return terms.reduce((sum, term) => tf.add(sum, term));
}
