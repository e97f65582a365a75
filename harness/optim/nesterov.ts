import { runOp, type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';

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
      const share = clipNorm === null ? null : clippedShare(gradients, clipNorm);
      variables.forEach((variable, index) => {
        const gradient = share === null ? gradients[index]! : tf.mul(gradients[index]!, share);
        // Of μ·b the update needs both the old and the new value, of b neither: keeping the product saves a pass.
        const decayed = tf.mul(tf.add(slots[index]!.value, gradient), momentum);
        variable.assign(tf.sub(variable.value, tf.mul(tf.add(gradient, decayed), learningRate)));
        slots[index]!.assign(decayed);
      });
    },
  };
}

/** c = min(1, clipNorm/(‖g‖ + 1e-6)) with ‖g‖ over all gradients. */
function clippedShare(gradients: readonly Tensor[], clipNorm: number): Tensor {
  return tf.tidy(() => tf.minimum(tf.div(clipNorm, tf.add(globalNorm(gradients), 1e-6)), 1));
}

/** √Σ‖g‖², each gradient read once. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  return tf.tidy(() => {
    const halves = gradients.map((gradient) => runOp('L2Loss', [gradient], { T: { type: 'float32' } })[0]!);
    const sum = runOp('AddN', halves, { T: { type: 'float32' }, N: { int: halves.length } })[0]!;
    return tf.sqrt(tf.mul(sum, 2)) as Scalar;
  });
}
