import { type Tensor, tf } from '../tensorflow.ts';

/** x, with a gradient of zero. */
export function stopGradient(x: Tensor): Tensor {
  return tf.customGrad((input) => ({
    value: tf.clone(input as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }))(x);
}
