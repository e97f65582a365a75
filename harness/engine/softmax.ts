import { runOp, type Tensor, tf } from './tensorflow.ts';

/** y = exp(x)/Σexp(x) over the last axis, with the gradient (∂y − Σ ∂y∘y)∘y. */
export function softmax(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const y = runOp('Softmax', [input as Tensor], { T: { type: 'float32' } })[0]!;
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
