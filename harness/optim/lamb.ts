import { type Tensor, tf } from '../engine/tensorflow.ts';
import { type AdamOptions, adamMeans } from './adam.ts';
import { globalNorm } from './gradient-clipping.ts';
import type { UpdateRule } from './update-rule.ts';

/**
 * LAMB (You et al. 2020, algorithm 2): with m̂ and v̂ of Adam, r = m̂/(√v̂ + ε) and a variable's decay term d,
 * w ← w − η·(‖w‖/‖r + d‖)·(r + d). Every variable is a layer of its own. The trust ratio ‖w‖/‖r + d‖ is 1 where either
 * norm is zero, as for biases at the start, which would stay zero otherwise.
 *
 * With d = λ·w it is LAMB. FLAMBé is read as this rule with d = λ·∂½‖UVᵀ‖²_F for factors (Khodak et al. 2021 name it
 * and do not state it).
 */
export function lamb(options: AdamOptions): UpdateRule {
  return {
    slots: ['mean', 'square'],
    counts: true,
    takesDecay: true,
    begin(learningRate, count) {
      const means = adamMeans(options, count!);
      return (value, gradient, slots, masked, decay) => {
        const { mean, square, direction } = means(gradient, slots, masked);
        const moved = masked(decay === undefined ? direction : tf.add(direction, decay));
        const change = tf.mul(moved, tf.mul(trustRatio(value, moved), learningRate));
        return { value: masked(tf.sub(value, change)), slots: [mean, square] };
      };
    },
  };
}

/** ‖w‖/‖u‖, a scalar; 1 where either is zero. */
function trustRatio(w: Tensor, u: Tensor): Tensor {
  const [weight, update] = [globalNorm([w]), globalNorm([u])];
  const one = tf.onesLike(weight);
  const positive = tf.logicalAnd(tf.greater(weight, 0), tf.greater(update, 0));
  return tf.where(positive, tf.div(weight, tf.where(positive, update, one)), one);
}
