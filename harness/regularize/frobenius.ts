import { type Tensor, tf } from '../engine/tensorflow.ts';

/**
 * Gradients of ½‖UVᵀ‖²_F (Khodak et al. 2021, section 3.2): ∂U = U(VᵀV), ∂V = V(UᵀU), in O((m + n)r²) without the
 * m x n product. The order of the rows of either factor does not matter.
 *
 * @param u [..., m, r], a matrix or a batch of them
 * @param v [..., n, r]
 */
export function frobeniusGradients(u: Tensor, v: Tensor): { u: Tensor; v: Tensor } {
  return tf.tidy(() => ({
    u: tf.matMul(u, tf.matMul(v, v, true, false)),
    v: tf.matMul(v, tf.matMul(u, u, true, false)),
  }));
}
