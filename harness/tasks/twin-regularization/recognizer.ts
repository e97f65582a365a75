import { dropout, seedOf } from '../../engine/ops/dropout.ts';
import { reverseFrames } from '../../engine/ops/reverse-frames.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable, variableOf } from '../../engine/variable.ts';
import { matrixDraw } from '../../init/matrix-weight.ts';
import type { Pass } from '../../nn/layer.ts';
import type { MatrixLayer } from '../../nn/matrix-layer.ts';
import { type RecurrentLayer, recurrentLayer } from '../../nn/recurrent/recurrent-layer.ts';
import type { Streams } from '../../random.ts';
import type { RecurrentShape } from '../../shape/recurrent.ts';
import type { RecognizerPlan } from './plan.ts';

/** A dense layer that tells classes of states, or maps them. */
export interface DenseMap {
  /** [in, out] */
  readonly weight: Variable;
  /** [out] */
  readonly bias: Variable;
}

/** The network that tells a class for each frame, without a twin. */
export interface Recognizer {
  readonly forward: readonly RecurrentLayer[];
  /** Null: it reads in one direction. */
  readonly backward: readonly RecurrentLayer[] | null;
  readonly output: DenseMap;
  readonly lookAhead: number;
  readonly width: number;
  readonly variables: readonly Variable[];
  readonly matrices: readonly MatrixLayer[];
}

/** A network as planned. A layer's draws depend on its name alone: those of the forward network are the same in all. */
export function newRecognizer(
  { blueprint, compression }: RecognizerPlan,
  lookAhead: number,
  streams: Streams,
): Recognizer {
  const stack = (shapes: readonly RecurrentShape[]) =>
    shapes.map((shape) => recurrentLayer(shape, compression, streams));
  const forward = stack(blueprint.forward);
  const backward = blueprint.backward === null ? null : stack(blueprint.backward);
  const output = denseMap('output', blueprint.output.inFeatures, blueprint.output.classes, streams);
  const layers = [...forward, ...(backward ?? [])];
  return {
    forward,
    backward,
    output,
    lookAhead,
    width: blueprint.sizes.width,
    variables: [...layers.flatMap(({ variables }) => variables), output.weight, output.bias],
    matrices: layers.flatMap(({ matrices }) => matrices),
  };
}

/** A dense map, its weight drawn as all matrices are, its bias 0. */
export function denseMap(name: string, inFeatures: number, outFeatures: number, streams: Streams): DenseMap {
  const draw = matrixDraw(inFeatures * outFeatures, 'linear', streams(`weights/${name}`));
  return {
    weight: variableOf(`${name}.weight`, 'weight', draw, [inFeatures, outFeatures]),
    bias: filledVariable(`${name}.bias`, 'weight', [outFeatures], 0),
  };
}

/** A batch of pieces as a network reads them. */
export type FrameInputs = {
  /** [frames, batch, dimension]; frames behind a piece's end are zero. */
  frames: Tensor;
  /** Frames of each piece, [batch], int32. */
  lengths: Tensor;
};

/** How a batch is read: masks of ĥ come from `masks`, a new one for each layer and direction. */
export interface Reading {
  pass: Pass;
  masks: Masks;
}

/** Gives one mask after another, [batch, width]; null: there is no dropout. */
export type Masks = (batch: number, width: number) => Tensor | null;

export const noMasks: Masks = () => null;

/**
 * Masks of inverted dropout that follow from a seed, another one for each that is asked for.
 *
 * @param seed [2], int32
 */
export function seededMasks(rate: number, seed: Tensor): Masks {
  let place = 0;
  return (batch, width) => dropout(tf.ones([batch, width]), rate, seedOf(seed, place++));
}

/**
 * The states of each layer, [frames, batch, width or, of both directions, 2·width]: those at frame t follow from frames up
 * to t + L where there is look-ahead, from all where there are two directions, and else from frames up to t.
 */
export function statesOf(recognizer: Recognizer, { frames, lengths }: FrameInputs, reading: Reading): Tensor[] {
  const { forward, backward, lookAhead } = recognizer;
  let x = withFramesAhead(frames, lookAhead);
  return forward.map((layer, index) => {
    const ahead = stackStates([layer], x, reading)[0]!;
    const against = backward?.[index];
    x = against === undefined ? ahead : tf.concat([ahead, reversedStates([against], x, lengths, reading)[0]!], 2);
    return x;
  });
}

/** The states of layers on one another, each reading the one below. */
export function stackStates(layers: readonly RecurrentLayer[], frames: Tensor, { pass, masks }: Reading): Tensor[] {
  let x = frames;
  return layers.map((layer) => {
    const [width, batch] = [layer.width, x.shape[1]!];
    x = layer.states(x, pass, masks(batch, width));
    return x;
  });
}

/** The states of layers that read the frames in reverse order, each state at its frame. */
export function reversedStates(
  layers: readonly RecurrentLayer[],
  frames: Tensor,
  lengths: Tensor,
  reading: Reading,
): Tensor[] {
  return stackStates(layers, reverseFrames(frames, lengths), reading).map((states) => reverseFrames(states, lengths));
}

/** Each frame with the L behind it, zeros where there are none: [frames, batch, (L + 1)·dimension]. */
function withFramesAhead(frames: Tensor, lookAhead: number): Tensor {
  if (lookAhead === 0) return frames;
  const [count, batch, dimension] = frames.shape as [number, number, number];
  const longer = tf.pad(frames, [
    [0, lookAhead],
    [0, 0],
    [0, 0],
  ]);
  const shifted = Array.from({ length: lookAhead + 1 }, (_, ahead) =>
    tf.slice(longer, [ahead, 0, 0], [count, batch, dimension]),
  );
  return tf.concat(shifted, 2);
}
