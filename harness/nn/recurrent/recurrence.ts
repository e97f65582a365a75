import { matMul } from '../../engine/algebra/mat-mul.ts';
import { relu } from '../../engine/ops/relu.ts';
import { withoutGradient } from '../../engine/ops/without-gradient.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { MatrixLayer } from '../matrix-layer.ts';

/**
 * Recurrences, unrolled frame by frame, with backpropagation through time (Werbos 1990) by hand. Forwards they run without
 * gradients. Then the sums that gates and ĥ are of are computed once more, of all frames at once, from the states that are
 * known by now: backwards, a slope goes from the states to these sums, and from there by the ordinary rules to the frames
 * and, as one product each, to the weights.
 *
 * In all of them h_t = z_t∘h_{t−1} + (1 − z_t)∘m∘ĥ_t from h_0 = 0, with m the mask, and x_t what the frame itself gives.
 */

/** What ĥ is of its sum. */
export interface Activation {
  value(sum: Tensor): Tensor;
  /** The derivative, of the value. */
  slope(value: Tensor): Tensor;
}

export const tanh: Activation = {
  value: (sum) => tf.tanh(sum),
  slope: (value) => tf.sub(1, tf.square(value)),
};

export const rectifier: Activation = {
  value: relu,
  slope: (value) => tf.cast(tf.greater(value, 0), 'float32'),
};

/**
 * States of cells with the update gate alone: (a, c)_t = x_t + U·h_{t−1}, z = σ(a) and ĥ the activation of c.
 *
 * @param projected x [frames, batch, 2·width], of the gate and of ĥ
 * @param recurrent U [width, 2·width]
 * @param mask m [batch, width]; null: 1
 * @returns [frames, batch, width]
 */
export function updateStates(
  projected: Tensor,
  recurrent: MatrixLayer,
  activation: Activation,
  mask: Tensor | null,
): Tensor {
  const known = withoutGradient(
    (x) => {
      const steps: Tensor[] = [];
      let h = firstState(x, 2);
      for (const own of tf.unstack(x)) {
        const [a, c] = tf.split(tf.add(own, recurrent.apply(h)), 2, 1);
        const [z, inner] = [tf.sigmoid(a!), activation.value(c!)];
        h = mixed(z, h, masked(inner, mask));
        steps.push(tf.concat([z, inner, h], 1));
      }
      return tf.stack(steps);
    },
    [projected],
  );
  const [z, inner, states] = tf.split(known, 3, 2) as [Tensor, Tensor, Tensor];
  const before = statesBefore(states);
  const sums = tf.add(projected, applied(recurrent, before));
  return tf.customGrad((_sums, save) => {
    (save as Save)([z, inner, before, ...(mask === null ? [] : [mask])]);
    return {
      value: tf.clone(states),
      gradFunc: (dy: Tensor, [gate, value, last, savedMask]: Tensor[]) => {
        const saved = savedMask ?? null;
        const ofGate = tf.mul(tf.sub(last!, masked(value!, saved)), sigmoidSlope(gate!));
        const ofInner = tf.mul(tf.sub(1, gate!), activation.slope(value!));
        const [gateSlopes, innerSlopes, kept, down] = unstacked(ofGate, ofInner, gate!, dy);
        return overTime(down!, (own, frame) => {
          const sum = tf.concat(
            [tf.mul(own, gateSlopes![frame]!), tf.mul(masked(own, saved), innerSlopes![frame]!)],
            1,
          );
          return { sum, before: tf.add(tf.mul(own, kept![frame]!), timesTransposed(recurrent, sum)) };
        });
      },
    };
  })(sums);
}

/** The weights of a GRU that read the last state. */
export interface ResetWeights {
  /** U [width, 2·width], of both gates. */
  recurrent: MatrixLayer;
  /** U_h [width, width] */
  candidate: MatrixLayer;
}

/**
 * States of the GRU: (a, b)_t = x_t + U·h_{t−1}, z = σ(a), r = σ(b), and ĥ = tanh(x_t + U_h·(r∘h_{t−1})).
 *
 * @param projected x [frames, batch, 3·width], of z, r and ĥ
 */
export function resetStates(projected: Tensor, { recurrent, candidate }: ResetWeights, mask: Tensor | null): Tensor {
  const width = projected.shape[2]! / 3;
  const known = withoutGradient(
    (x) => {
      const steps: Tensor[] = [];
      let h = firstState(x, 3);
      for (const own of tf.unstack(x)) {
        const [forGates, forInner] = tf.split(own, [2 * width, width], 1);
        const gates = tf.sigmoid(tf.add(forGates!, recurrent.apply(h)));
        const [z, r] = tf.split(gates, 2, 1);
        const inner = tf.tanh(tf.add(forInner!, candidate.apply(tf.mul(r!, h))));
        h = mixed(z!, h, masked(inner, mask));
        steps.push(tf.concat([gates, inner, h], 1));
      }
      return tf.stack(steps);
    },
    [projected],
  );
  const [z, r, inner, states] = tf.split(known, 4, 2) as [Tensor, Tensor, Tensor, Tensor];
  const before = statesBefore(states);
  const read = tf.concat([applied(recurrent, before), applied(candidate, tf.mul(r, before))], 2);
  return tf.customGrad((_sums, save) => {
    (save as Save)([z, r, inner, before, ...(mask === null ? [] : [mask])]);
    return {
      value: tf.clone(states),
      gradFunc: (dy: Tensor, [update, reset, value, last, savedMask]: Tensor[]) => {
        const saved = savedMask ?? null;
        const ofUpdate = tf.mul(tf.sub(last!, masked(value!, saved)), sigmoidSlope(update!));
        const ofReset = tf.mul(last!, sigmoidSlope(reset!));
        const ofInner = tf.mul(tf.sub(1, update!), tanh.slope(value!));
        const [updates, resets, inners, kept, passed, down] = unstacked(
          ofUpdate,
          ofReset,
          ofInner,
          update!,
          reset!,
          dy,
        );
        return overTime(down!, (own, frame) => {
          const innerSum = tf.mul(masked(own, saved), inners![frame]!);
          // For r∘h of the frame before.
          const product = timesTransposed(candidate, innerSum);
          const gateSum = tf.concat([tf.mul(own, updates![frame]!), tf.mul(product, resets![frame]!)], 1);
          const direct = tf.add(tf.mul(own, kept![frame]!), tf.mul(product, passed![frame]!));
          return {
            sum: tf.concat([gateSum, innerSum], 1),
            before: tf.add(direct, timesTransposed(recurrent, gateSum)),
          };
        });
      },
    };
  })(tf.add(projected, read));
}

type Save = (tensors: Tensor[]) => void;

/** A step back: the slope of a frame's sums, and what goes to the state before. */
interface StepBack {
  sum: Tensor;
  before: Tensor;
}

/**
 * The slopes of the sums of all frames, from the last one to the first.
 *
 * @param down slopes of the states from above, frame by frame
 * @param back what the whole slope of a frame's state comes to
 */
function overTime(down: readonly Tensor[], back: (own: Tensor, frame: number) => StepBack): Tensor {
  const sums: Tensor[] = [];
  let fromLater: Tensor | null = null;
  for (let frame = down.length - 1; frame >= 0; frame--) {
    const step = back(fromLater === null ? down[frame]! : tf.add(down[frame]!, fromLater), frame);
    fromLater = step.before;
    sums.unshift(step.sum);
  }
  return tf.stack(sums);
}

function unstacked(...all: readonly Tensor[]): Tensor[][] {
  return all.map((tensor) => tf.unstack(tensor));
}

/** h_0 of a projection of so many parts. */
function firstState({ shape }: Tensor, parts: number): Tensor {
  return tf.zeros([shape[1]!, shape[2]! / parts]);
}

/** h_0, h_1, ... of h_1, h_2, ... */
function statesBefore(states: Tensor): Tensor {
  const [frames, batch, width] = states.shape as [number, number, number];
  return tf.concat([tf.zeros([1, batch, width]), tf.slice(states, [0, 0, 0], [frames - 1, batch, width])], 0);
}

/** z∘h + (1 − z)∘ĥ, as ĥ + z∘(h − ĥ). */
function mixed(z: Tensor, h: Tensor, inner: Tensor): Tensor {
  return tf.add(inner, tf.mul(z, tf.sub(h, inner)));
}

/** Frame by frame in slopes: a graph multiplies in another order where factors of other shapes stand in one product. */
function masked(inner: Tensor, mask: Tensor | null): Tensor {
  return mask === null ? inner : tf.mul(inner, mask);
}

/** The logistic function's derivative, of its value. */
function sigmoidSlope(value: Tensor): Tensor {
  return tf.mul(value, tf.sub(1, value));
}

/** x·W of all frames at once, [frames, batch, in] to [frames, batch, out]. */
function applied(layer: MatrixLayer, x: Tensor): Tensor {
  const [frames, batch, features] = x.shape as [number, number, number];
  const rows = layer.apply(tf.reshape(x, [frames * batch, features]));
  return tf.reshape(rows, [frames, batch, rows.shape[1]!]);
}

/** y·Wᵀ, in the method's own form. */
function timesTransposed(layer: MatrixLayer, y: Tensor): Tensor {
  const { input, weight } = layer.tiedProduct(y);
  return matMul(input, weight.matrix, { transposeB: weight.transposed });
}
