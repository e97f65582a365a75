import { tf } from '../engine/tensorflow.ts';
import type { UpdateRule } from './update-rule.ts';

export interface NesterovOptions {
  /** μ */
  momentum: number;
}

/**
 * Stochastic gradient descent with Nesterov momentum: b ← μ·b + g, w ← w − η·(g + μ·b), PyTorch's `SGD(nesterov=True)`
 * (Sutskever et al. 2013). The slot holds μ·b.
 */
export function nesterov({ momentum }: NesterovOptions): UpdateRule {
  return {
    slots: ['momentum'],
    counts: false,
    begin: (learningRate) => (value, gradient, slots, masked) => {
      // Of μ·b the update needs both the old and the new value, of b neither: keeping the product saves a pass.
      const decayed = masked(tf.mul(tf.add(slots[0]!, gradient), momentum));
      return { value: masked(tf.sub(value, tf.mul(tf.add(gradient, decayed), learningRate))), slots: [decayed] };
    },
  };
}
