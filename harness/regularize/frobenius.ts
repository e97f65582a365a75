import { batchMatMul, matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';

/**
 * Gradients of ½‖UVᵀ‖²_F (Khodak et al. 2021, section 3.2): ∂U = U(VᵀV), ∂V = V(UᵀU), in O((m + n)r²) without the
 * m x n product. The order of the rows of either factor does not matter.
 *
 * @param u [..., m, r], a matrix or a batch of them
 * @param v [..., n, r]
 */
export function frobeniusGradients(u: Tensor, v: Tensor): { u: Tensor; v: Tensor } {
  const times = u.shape.length === 2 ? matMul : batchMatMul;
  const gram = (factor: Tensor) => times(factor, factor, { transposeA: true });
  return tf.tidy(() => ({ u: times(u, gram(v)), v: times(v, gram(u)) }));
}
