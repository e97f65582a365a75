import { type Tensor, tf } from '../tensorflow.ts';

/**
 * 1/√v, rounded as IEEE 754 says, which the library's own operation is not: it starts from an instruction's
 * approximation, whose bits are the processor's.
 */
export function inverseRoot(v: Tensor): Tensor {
  // Not 1/√v: a graph puts the library's operation in its place.
  return tf.div(tf.sqrt(v), v);
}
