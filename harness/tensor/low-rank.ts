import { batchMatMul, matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, type Tensor2D, tf } from '../engine/tensorflow.ts';
import { type NdArray, ndArray, normOf } from './nd-array.ts';
import { negligible, truncatedSvd } from './truncated-svd.ts';

/** Low rank: W = UVᵀ with factors U [m, r] and V [n, r]. */

/** What becomes of the singular values. */
export interface SpectralOptions {
  /** All kept singular values set to 1: U = P_r and V = Q_r (Kamalakara et al. 2022). */
  ones?: boolean;
}

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
  const { u, v } = balancedFactors(ndArray(w.shape, w.dataSync()), rank, options);
  const tensor = ({ shape, data }: NdArray) => tf.tensor2d(Float32Array.from(data), shape as [number, number]);
  return { u: tensor(u), v: tensor(v) };
}

/** `spectralFactors` in float64. */
export function balancedFactors(
  w: NdArray,
  rank: number,
  { ones = false }: SpectralOptions = {},
): { u: NdArray; v: NdArray } {
  const [m, n] = [w.shape[0]!, w.shape[1]!];
  const kept = Math.min(rank, m, n);
  const { left, right } = truncatedSvd(w, kept);
  const sigma = Array.from({ length: kept }, (_, j) => normOf(right.data.subarray(j * n, (j + 1) * n)));
  const floor = negligible * Math.max(...sigma);
  const [u, v] = [new Float64Array(m * rank), new Float64Array(n * rank)];
  for (const [j, value] of sigma.entries()) {
    if (value <= floor) continue;
    const root = ones ? 1 : Math.sqrt(value);
    const share = ones ? value : root;
    for (let i = 0; i < m; i++) u[i * rank + j] = left.data[i * kept + j]! * root;
    for (let i = 0; i < n; i++) v[i * rank + j] = right.data[j * n + i]! / share;
  }
  return { u: ndArray([m, rank], u), v: ndArray([n, rank], v) };
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

/** The product of matrices, or that of batches of them. */
function timesOf(factor: Tensor): typeof matMul | typeof batchMatMul {
  return factor.shape.length === 2 ? matMul : batchMatMul;
}
