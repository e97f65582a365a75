import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';

/** Stochastic gradient descent with momentum, and its slots. */
export interface Sgd {
  /** One momentum buffer a variable, zero at the start. */
  readonly slots: readonly Variable[];
  /** b ← μ·b + g, w ← w − η·b (PyTorch's form, the learning rate outside the buffer). Gradients in the variables' order. */
  update(gradients: readonly Tensor[], learningRate: Scalar): void;
}

export function sgd(variables: readonly Variable[], momentum: number): Sgd {
  const slots = variables.map(({ name, value }) => filledVariable(`${name}.momentum`, 'statistic', value.shape, 0));
  return {
    slots,
    update(gradients, learningRate) {
      variables.forEach((variable, index) => {
        const slot = slots[index]!;
        const buffer = tf.add(tf.mul(slot.value, momentum), gradients[index]!);
        variable.assign(tf.sub(variable.value, tf.mul(buffer, learningRate)));
        slot.assign(buffer);
      });
    },
  };
}
