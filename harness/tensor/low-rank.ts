import { batchMatMul, matMul } from '../engine/algebra/mat-mul.ts';
import { svd } from '../engine/algebra/svd.ts';
import { type Tensor, type Tensor2D, tf } from '../engine/tensorflow.ts';

/** Low rank: W = UVᵀ with factors U [m, r] and V [n, r]. */

/**
 * Spectral initialization (Khodak et al. 2021, section 3.1): with the singular value decomposition W = PΣQᵀ,
 * U = P_r √Σ_r and V = Q_r √Σ_r, so that UVᵀ is the best rank-r approximation of W (Eckart and Young 1936).
 * Where r > min(m, n) the extra columns of both factors are zero, as in the paper's code.
 *
 * @param w [m, n]
 * @param ones whether every kept singular value is taken as 1, U = P_r and V = Q_r (Kamalakara et al. 2022)
 * @returns u [m, r] and v [n, r]
 */
export function spectralFactors(w: Tensor, rank: number, { ones = false } = {}): { u: Tensor2D; v: Tensor2D } {
  return tf.tidy(() => {
    const { p, sigma, q } = svd(w);
    const kept = Math.min(rank, sigma.shape[0]);
    const roots = ones ? tf.ones([kept]) : tf.sqrt(tf.slice(sigma, [0], [kept]));
    const factor = (basis: Tensor2D) => {
      const scaled = tf.mul(tf.slice(basis, [0, 0], [basis.shape[0], kept]), roots) as Tensor2D;
      return tf.pad2d(scaled, [
        [0, 0],
        [0, rank - kept],
      ]);
    };
    return { u: factor(p), v: factor(q) };
  });
}

/**
 * W = UVᵀ.
 *
 * @param u [..., m, r], a matrix or a batch of them
 * @param v [..., n, r]
 * @returns [..., m, n]
 */
export function composeLowRank(u: Tensor, v: Tensor): Tensor {
  return timesOf(u)(u, v, { transposeB: true });
}

/**
 * Gradients of ½‖UVᵀ‖²_F (Khodak et al. 2021, section 3.2): ∂U = U(VᵀV), ∂V = V(UᵀU), in O((m + n)r²) without the
 * m x n product. The order of the rows of either factor does not matter.
 *
 * @param u [..., m, r], a matrix or a batch of them
 * @param v [..., n, r]
 */
export function frobeniusGradients(u: Tensor, v: Tensor): { u: Tensor; v: Tensor } {
  const times = timesOf(u);
  const gram = (factor: Tensor) => times(factor, factor, { transposeA: true });
  return tf.tidy(() => ({ u: times(u, gram(v)), v: times(v, gram(u)) }));
}

/** The product of matrices, or that of batches of them. */
function timesOf(factor: Tensor): typeof matMul | typeof batchMatMul {
  return factor.shape.length === 2 ? matMul : batchMatMul;
}
