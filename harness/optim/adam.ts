import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import { clipped } from './gradient-clipping.ts';

export interface AdamOptions {
  /** β₁ and β₂, of the means of gradients and of their squares. */
  beta1: number;
  beta2: number;
  /** ε */
  epsilon: number;
  /** Largest norm of all gradients together; null for no clipping. */
  clipNorm: number | null;
  /** λ of decoupled decay (Loshchilov & Hutter 2019): w ← (1 − η·λ)·w before the step. 0 for none. */
  decoupledDecay: number;
}

/** Adam (Kingma & Ba 2015, algorithm 1), and its slots. */
export interface Adam {
  /** m and v of each variable, zero at the start, and last the number of steps taken. */
  readonly slots: readonly Variable[];
  /**
   * t ← t + 1, m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and
   * v̂ = v/(1 − β₂ᵗ). Gradients in the variables' order.
   */
  update(gradients: readonly Tensor[], learningRate: Scalar): void;
}

export function adam(variables: readonly Variable[], options: AdamOptions): Adam {
  const { beta1, beta2, epsilon, clipNorm, decoupledDecay } = options;
  const slotsOf = (moment: string) =>
    variables.map(({ name, value }) => filledVariable(`${name}.${moment}`, 'statistic', value.shape, 0));
  const [means, squares] = [slotsOf('mean'), slotsOf('square')];
  const steps = filledVariable('adam.steps', 'statistic', [], 0);
  const average = (slot: Tensor, beta: number, value: Tensor) => tf.add(tf.mul(slot, beta), tf.mul(value, 1 - beta));
  return {
    slots: [...means, ...squares, steps],
    update(gradients, learningRate) {
      const count = tf.add(steps.value, 1);
      const missing = (beta: number) => tf.sub(1, tf.exp(tf.mul(count, Math.log(beta))));
      // η/(1 − β₁ᵗ) and √(1 − β₂ᵗ): two scalars in place of two passes over every variable.
      const rate = tf.div(learningRate, missing(beta1));
      const root = tf.sqrt(missing(beta2));
      const kept = decoupledDecay === 0 ? null : tf.sub(1, tf.mul(learningRate, decoupledDecay));
      clipped(gradients, clipNorm).forEach((gradient, index) => {
        const [variable, mean, square] = [variables[index]!, means[index]!, squares[index]!];
        const newMean = average(mean.value, beta1, gradient);
        const newSquare = average(square.value, beta2, tf.square(gradient));
        const change = tf.div(tf.mul(newMean, rate), tf.add(tf.div(tf.sqrt(newSquare), root), epsilon));
        const from = kept === null ? variable.value : tf.mul(variable.value, kept);
        variable.assign(tf.sub(from, change));
        mean.assign(newMean);
        square.assign(newSquare);
      });
      steps.assign(count);
    },
  };
}
