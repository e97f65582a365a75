import { tf } from '../engine/tensorflow.ts';
import type { UpdateRule } from './update-rule.ts';

export interface SgdOptions {
  /** μ */
  momentum: number;
}

/**
 * Stochastic gradient descent with momentum: b ← μ·b + g, w ← w − η·b (PyTorch's form, the learning rate outside the
 * buffer). Under a mask m: b ← (μ·b + g)⊙m, w ← (w − η·b)⊙m.
 */
export function sgd({ momentum }: SgdOptions): UpdateRule {
  return {
    slots: ['momentum'],
    counts: false,
    begin: (learningRate) => (value, gradient, slots, masked) => {
      const buffer = masked(tf.add(tf.mul(slots[0]!, momentum), gradient));
      return { value: masked(tf.sub(value, tf.mul(buffer, learningRate))), slots: [buffer] };
    },
  };
}
