import { cholesky } from './cholesky.ts';
import type { NdArray } from './nd-array.ts';

/** Added to the diagonal, in shares of its mean: normal equations of nearly equal columns are singular to rounding. */
const ridge = 1e-12;

/**
 * B·A⁻¹ for a positive semidefinite A [n, n] and B [m, n], by Cholesky factors of A + 1e-12·mean(diag A)·I.
 *
 * @throws Error where A is not positive semidefinite or not finite
 */
export function solvedRight(b: NdArray, a: NdArray): NdArray {
  return solvedWith(b, cholesky(withRidge(a)));
}

/** B·(LLᵀ)⁻¹ for a lower triangular L [n, n] and B [m, n]. */
export function solvedWith(b: NdArray, factor: NdArray): NdArray {
  const [m, n] = [b.shape[0]!, b.shape[1]!];
  const lower = factor.data;
  const out = Float64Array.from(b.data);
  for (let row = 0; row < m; row++) {
    const x = out.subarray(row * n, (row + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = x[i]!;
      for (let j = 0; j < i; j++) sum -= lower[i * n + j]! * x[j]!;
      x[i] = sum / lower[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      const value = x[i]! / lower[i * n + i]!;
      x[i] = value;
      for (let j = 0; j < i; j++) x[j]! -= lower[i * n + j]! * value;
    }
  }
  return { shape: [m, n], data: out };
}

/** A + 1e-12·mean(diag A)·I */
function withRidge({ shape, data }: NdArray): NdArray {
  const n = shape[0]!;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += data[i * n + i]!;
  const added = (ridge * trace) / n;
  return { shape, data: data.map((value, flat) => (flat % (n + 1) === 0 ? value + added : value)) };
}
