import { type NdArray, ndArray, normOf } from './nd-array.ts';
import { negligible, truncatedSvd } from './truncated-svd.ts';

/** What becomes of the singular values. */
export interface SpectralOptions {
  /** All kept singular values set to 1: U = P_r and V = Q_r (Kamalakara et al. 2022). */
  ones?: boolean;
}

/** U [m, r] and V [n, r] of W = UVᵀ. */
export interface BalancedFactors {
  u: NdArray;
  v: NdArray;
}

/** A matrix that is to be factorized: known by its size before it is drawn. */
export interface Factorization {
  /** [m, n]. */
  readonly shape: readonly [number, number];
  readonly rank: number;
  readonly options: SpectralOptions;
  /** Draws its entries, row by row; the same ones each time. */
  entries(): Float32Array;
}

/** `spectralFactors` (in `low-rank.ts`) in float64. */
export function balancedFactors(w: NdArray, rank: number, { ones = false }: SpectralOptions = {}): BalancedFactors {
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
