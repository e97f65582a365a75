import { type Tensor, tf } from '../engine/tensorflow.ts';
import type { UpdateRule } from './update-rule.ts';

export interface AdamOptions {
  /** β₁ and β₂, of the means of gradients and of their squares. */
  beta1: number;
  beta2: number;
  /** ε */
  epsilon: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂/(√v̂ + ε) with
 * m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ), t counting the steps.
 */
export function adam({ beta1, beta2, epsilon }: AdamOptions): UpdateRule {
  return {
    slots: ['mean', 'square'],
    counts: true,
    begin(learningRate, count) {
      // η/(1 − β₁ᵗ) and √(1 − β₂ᵗ): two scalars in place of two passes over every variable.
      const rate = tf.div(learningRate, missing(beta1, count!));
      const root = tf.sqrt(missing(beta2, count!));
      return (value, gradient, [oldMean, oldSquare], masked) => {
        const mean = masked(average(oldMean!, beta1, gradient));
        const square = masked(average(oldSquare!, beta2, tf.square(gradient)));
        const change = tf.div(tf.mul(mean, rate), tf.add(tf.div(tf.sqrt(square), root), epsilon));
        return { value: masked(tf.sub(value, change)), slots: [mean, square] };
      };
    },
  };
}

/** Adam's means after a step, and its direction m̂/(√v̂ + ε). */
export interface AdamMeans {
  mean: Tensor;
  square: Tensor;
  direction: Tensor;
}

/** What a step's gradient makes of Adam's means, for rules that are built on them. */
export function adamMeans({ beta1, beta2, epsilon }: AdamOptions, count: Tensor) {
  const [first, root] = [missing(beta1, count), tf.sqrt(missing(beta2, count))];
  return (gradient: Tensor, slots: readonly Tensor[], masked: (x: Tensor) => Tensor): AdamMeans => {
    const mean = masked(average(slots[0]!, beta1, gradient));
    const square = masked(average(slots[1]!, beta2, tf.square(gradient)));
    const direction = tf.div(tf.div(mean, first), tf.add(tf.div(tf.sqrt(square), root), epsilon));
    return { mean, square, direction };
  };
}

function average(slot: Tensor, beta: number, value: Tensor): Tensor {
  return tf.add(tf.mul(slot, beta), tf.mul(value, 1 - beta));
}

/** 1 − βᵗ: what a mean that began at zero lacks. */
function missing(beta: number, count: Tensor): Tensor {
  return tf.sub(1, tf.exp(tf.mul(count, Math.log(beta))));
}
