import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';

/** Stochastic gradient descent with momentum, and its slots. */
export interface Sgd {
  /** One momentum buffer a variable, zero at the start. */
  readonly slots: readonly Variable[];
  /**
   * b ← μ·b + g, w ← w − η·b (PyTorch's form, the learning rate outside the buffer). Gradients in the variables' order.
   * Under a mask m: b ← (μ·b + g)⊙m, w ← (w − η·b)⊙m.
   */
  update(gradients: readonly Tensor[], learningRate: Scalar): void;
}

/** @param masks 0/1 by variable: what neither gradient, momentum nor decay may move. */
export function sgd(
  variables: readonly Variable[],
  momentum: number,
  masks: ReadonlyMap<Variable, Variable> = new Map(),
): Sgd {
  const slots = variables.map(({ name, value }) => filledVariable(`${name}.momentum`, 'statistic', value.shape, 0));
  return {
    slots,
    update(gradients, learningRate) {
      variables.forEach((variable, index) => {
        const slot = slots[index]!;
        const mask = masks.get(variable);
        const masked = (x: Tensor) => (mask === undefined ? x : tf.mul(x, mask.value));
        const buffer = masked(tf.add(tf.mul(slot.value, momentum), gradients[index]!));
        variable.assign(masked(tf.sub(variable.value, tf.mul(buffer, learningRate))));
        slot.assign(buffer);
      });
    },
  };
}
