import { runOp, type Tensor, tf } from './tensorflow.ts';

/**
 * y = exp(x)/Σexp(x) over the last axis, with the gradient (∂y − Σ ∂y∘y)∘y.
 *
 * By way of the logarithm: TensorFlow runs `Softmax` itself by another kernel in graphs than one by one, with other bits.
 */
export function softmax(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const y = tf.exp(runOp('LogSoftmax', [input as Tensor], { T: { type: 'float32' } })[0]!);
    (save as (tensors: Tensor[]) => void)([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const product = tf.mul(dy, saved[0]!);
        return tf.mul(tf.sub(dy, tf.sum(product, -1, true)), saved[0]!);
      },
    };
  })(x);
}
