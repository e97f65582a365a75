import type { NdArray } from './nd-array.ts';

/** Added to the diagonal, in shares of its mean: normal equations of nearly equal columns are singular to rounding. */
const ridge = 1e-12;

/** B·A⁻¹ for a positive semidefinite A [n, n] and B [m, n], by Cholesky factors of A + 1e-12·mean(diag A)·I. */
export function solvedRight(b: NdArray, a: NdArray): NdArray {
  const [m, n] = [b.shape[0]!, b.shape[1]!];
  const lower = cholesky(a);
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

/** @throws Error where A is not positive semidefinite or not finite */
function cholesky({ shape, data }: NdArray): Float64Array {
  const n = shape[0]!;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += data[i * n + i]!;
  const added = (ridge * trace) / n;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j]! + (i === j ? added : 0);
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i > j) {
        lower[i * n + j] = sum / lower[j * n + j]!;
      } else if (sum > 0) {
        lower[i * n + i] = Math.sqrt(sum);
      } else {
        throw new Error(`solvedRight: pivot ${i} of ${n} is ${sum}; the normal equations are singular or not finite`);
      }
    }
  }
  return lower;
}
