import { type Tensor, tf } from '../tensorflow.ts';

/** Smaller than what a normalization's variance and ε come to. */
const least = 1e-30;

/**
 * 1/√v of v ≥ 1e-30, by a root and a division, which IEEE 754 rounds alike everywhere. The library's own operation
 * starts from an instruction's approximation, whose bits are the processor's.
 */
export function inverseRoot(v: Tensor): Tensor {
  // A graph puts the library's operation in the place of 1/√v and of √v/v; the maximum, which changes nothing, hides it.
  return tf.div(tf.sqrt(v), tf.maximum(v, least));
}
