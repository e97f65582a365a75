import { batchMatMul, matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, type Tensor2D, tf } from '../engine/tensorflow.ts';
import { type BalancedFactors, balancedFactors, type SpectralOptions } from './balanced-factors.ts';
import { columnGram } from './matrix.ts';
import { type NdArray, ndArray } from './nd-array.ts';

/** Low rank: W = UVᵀ with factors U [m, r] and V [n, r]. */

/**
 * Spectral initialization (Khodak et al. 2021, section 3.1): with the singular value decomposition W = PΣQᵀ,
 * U = P_r √Σ_r and V = Q_r √Σ_r, so that UVᵀ is the best rank-r approximation of W (Eckart and Young 1936). Computed in
 * float64 and rounded once. Columns beyond min(m, n) are zero in both factors, as in the paper's code, and so are
 * directions in which W vanishes to rounding. Each column of U has its largest entry positive.
 *
 * @param w [m, n]
 * @returns u [m, r] and v [n, r]
 * @throws RangeError where an entry is not finite
 */
export function spectralFactors(w: Tensor, rank: number, options: SpectralOptions = {}): { u: Tensor2D; v: Tensor2D } {
  return factorTensors(balancedFactors(ndArray(w.shape, w.dataSync()), rank, options));
}

/** Factors rounded to tensors. */
export function factorTensors({ u, v }: BalancedFactors): { u: Tensor2D; v: Tensor2D } {
  const tensor = ({ shape, data }: NdArray) => tf.tensor2d(Float32Array.from(data), shape as [number, number]);
  return { u: tensor(u), v: tensor(v) };
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
 * m x n product. Beyond about the full rank, where that takes more, ∂U = WV, ∂V = WᵀU with W = UVᵀ, in O(mnr). The order
 * of the rows of either factor does not matter.
 *
 * @param u [..., m, r], a matrix or a batch of them
 * @param v [..., n, r]
 */
export function frobeniusGradients(u: Tensor, v: Tensor): { u: Tensor; v: Tensor } {
  const times = timesOf(u);
  const [m, n, r] = [u.shape.at(-2)!, v.shape.at(-2)!, u.shape.at(-1)!];
  if (3 * m * n * r < 2 * (m + n) * r ** 2) {
    return tf.tidy(() => {
      const w = times(u, v, { transposeB: true });
      return { u: times(w, v), v: times(w, u, { transposeA: true }) };
    });
  }
  const gram = (factor: Tensor) => times(factor, factor, { transposeA: true });
  return tf.tidy(() => ({ u: times(u, gram(v)), v: times(v, gram(u)) }));
}

/**
 * ‖UVᵀ‖_F = √tr((UᵀU)(VᵀV)), in float64 and a fixed order, in O((m + n)r²) without the m x n product (Khodak et al.
 * 2021, section 3.2). The order of the rows of either factor matters in the last digits alone.
 *
 * @param u [m, r]
 * @param v [n, r]
 */
export function productNorm(u: NdArray, v: NdArray): number {
  const [left, right] = [columnGram(u).data, columnGram(v).data];
  const square = left.reduce((sum, value, at) => sum + value * right[at]!, 0);
  // Rounding may leave less than nothing of factors whose product vanishes.
  return Math.sqrt(Math.max(0, square));
}

/** The product of matrices, or that of batches of them. */
function timesOf(factor: Tensor): typeof matMul | typeof batchMatMul {
  return factor.shape.length === 2 ? matMul : batchMatMul;
}
