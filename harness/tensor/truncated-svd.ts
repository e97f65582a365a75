import { columnGram, product, rowGram, transposed } from './matrix.ts';
import { type NdArray, normOf, scaled } from './nd-array.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { scaleToUnit } from './unit-scale.ts';

/** The best approximation of a matrix at a rank, as left·right. */
export interface Truncated {
  /** P_r [m, r]: leading left singular vectors, each with its largest entry positive. */
  left: NdArray;
  /** P_rᵀA = Σ_r Q_rᵀ [r, n]. */
  right: NdArray;
}

/** Below this share of the largest, a singular value is the rounding of zero. */
export const negligible = 1e-13;

/** Above this share of the largest, a Gram matrix finds a singular value's vectors on both sides to rounding. */
const wellSeen = 0.1;

/**
 * The truncated singular value decomposition of A [m, n] by the eigenvectors of the smaller Gram matrix, which finds
 * singular values down to 1e-8 of the largest; those below it mixes. The left vectors project A, so that at full rank
 * left·right is A to rounding. Directions in which A vanishes are zero on both sides where m > n. The result is the same
 * to the bit on every processor: no other operations than sums, products, quotients and roots, in a fixed order.
 *
 * @throws RangeError where the rank is not one of 1, ..., min(m, n), or an entry is not finite
 */
export function truncatedSvd(a: NdArray, rank: number): Truncated {
  const [m, n] = [a.shape[0]!, a.shape[1]!];
  if (!Number.isInteger(rank) || rank < 1 || rank > Math.min(m, n)) {
    throw new RangeError(`rank ${rank} of a ${m} x ${n} matrix; it has the ranks 1 to ${Math.min(m, n)}`);
  }
  const within = scaled(a, scaleToUnit(a));
  const rows = m <= n ? symmetricEigen(rowGram(within), rank).vectors : leftFromRight(within, rank);
  const leftRows = withPositivePeaks(rows);
  return { left: transposed(leftRows), right: product(leftRows, a) };
}

/** P_rᵀ = (AQ_r)ᵀ, orthonormalized from the first on. */
function leftFromRight(a: NdArray, rank: number): NdArray {
  const m = a.shape[0]!;
  const rows = product(symmetricEigen(columnGram(a), rank).vectors, transposed(a));
  const row = (j: number) => rows.data.subarray(j * m, (j + 1) * m);
  const first = normOf(row(0));
  for (let j = 0; j < rank; j++) {
    const current = row(j);
    if (normOf(current) < wellSeen * first) {
      // Once more, as the first time leaves rounding of what it takes away.
      for (let time = 0; time < 2; time++) for (let k = 0; k < j; k++) takeAway(current, row(k));
    }
    const norm = normOf(current);
    for (let i = 0; i < m; i++) current[i] = norm > negligible * first ? current[i]! / norm : 0;
  }
  return rows;
}

/** x − (eᵀx)·e of a unit vector e, or of zeros. */
function takeAway(x: Float64Array, e: Float64Array): void {
  let share = 0;
  for (let i = 0; i < x.length; i++) share += e[i]! * x[i]!;
  for (let i = 0; i < x.length; i++) x[i] = x[i]! - share * e[i]!;
}

/** Signs fixed: a tensor ring's later ranks depend on them. */
function withPositivePeaks({ shape, data }: NdArray): NdArray {
  const [count, n] = [shape[0]!, shape[1]!];
  const out = Float64Array.from(data);
  for (let j = 0; j < count; j++) {
    const row = out.subarray(j * n, (j + 1) * n);
    let peak = 0;
    for (const value of row) if (Math.abs(value) > Math.abs(peak)) peak = value;
    if (peak < 0) for (let i = 0; i < n; i++) row[i] = -row[i]!;
  }
  return { shape, data: out };
}
