import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import { clipped } from './gradient-clipping.ts';

export interface NesterovOptions {
  /** μ */
  momentum: number;
  /** Largest norm of all gradients together; null for no clipping. */
  clipNorm: number | null;
}

/** Stochastic gradient descent with Nesterov momentum, and its slots. */
export interface Nesterov {
  /** One a variable, holding μ·b of the momentum buffer b, zero at the start. */
  readonly slots: readonly Variable[];
  /**
   * g ← c·g, b ← μ·b + g, w ← w − η·(g + μ·b): PyTorch's `SGD(nesterov=True)` (Sutskever et al. 2013) after its
   * `clip_grad_norm_` with c = min(1, clipNorm/(‖g‖ + 1e-6)). Gradients in the variables' order.
   */
  update(gradients: readonly Tensor[], learningRate: Scalar): void;
}

export function nesterov(variables: readonly Variable[], { momentum, clipNorm }: NesterovOptions): Nesterov {
  const slots = variables.map(({ name, value }) => filledVariable(`${name}.momentum`, 'statistic', value.shape, 0));
  return {
    slots,
    update(gradients, learningRate) {
      clipped(gradients, clipNorm).forEach((gradient, index) => {
        const variable = variables[index]!;
        // Of μ·b the update needs both the old and the new value, of b neither: keeping the product saves a pass.
        const decayed = tf.mul(tf.add(slots[index]!.value, gradient), momentum);
        variable.assign(tf.sub(variable.value, tf.mul(tf.add(gradient, decayed), learningRate)));
        slots[index]!.assign(decayed);
      });
    },
  };
}
