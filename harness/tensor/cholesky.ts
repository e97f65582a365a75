import type { NdArray } from './nd-array.ts';
import { innerProducts, packedPanels, panelRows, zeroPanels } from './packed-panels.ts';

/**
 * A = L·Lᵀ of a positive definite matrix [n, n], whose lower triangle is read: L, lower triangular. Four rows by four
 * columns at a time, in a fixed order.
 *
 * @throws Error where A is not positive definite to rounding, or not finite
 */
export function cholesky({ shape, data }: NdArray): NdArray {
  const n = shape[0]!;
  const lower = new Float64Array(n * n);
  const packed = zeroPanels(n, n).data;
  const tile = new Float64Array(panelRows ** 2);
  for (let i = 0; i < n; i += panelRows) {
    for (let j = 0; j <= i; j += panelRows) {
      innerProducts(packed, i * n, packed, j * n, j, tile);
      for (let a = 0; a < panelRows && i + a < n; a++) {
        for (let b = 0; b < panelRows && j + b <= i + a; b++) {
          let sum = data[(i + a) * n + j + b]! - tile[panelRows * a + b]!;
          for (let k = j; k < j + b; k++) sum -= lower[(i + a) * n + k]! * lower[(j + b) * n + k]!;
          const entry = i + a === j + b ? pivotRoot(sum, i + a, n) : sum / lower[(j + b) * n + j + b]!;
          lower[(i + a) * n + j + b] = entry;
          packed[i * n + panelRows * (j + b) + a] = entry;
        }
      }
    }
  }
  return { shape: [n, n], data: lower };
}

function pivotRoot(pivot: number, row: number, n: number): number {
  if (pivot > 0 && Number.isFinite(pivot)) return Math.sqrt(pivot);
  throw new Error(`cholesky: pivot ${row} of ${n} is ${pivot}; the matrix is singular to rounding or not finite`);
}

/**
 * The diagonal of A⁻¹ of a positive definite matrix: of L⁻ᵀ·L⁻¹, the sums of squares of L⁻¹'s columns, four columns at
 * a time.
 *
 * @throws Error as `cholesky`
 */
export function inverseDiagonal(matrix: NdArray): Float64Array {
  const n = matrix.shape[0]!;
  const lower = cholesky(matrix);
  const rows = packedPanels(lower.data, [n, n], [n, 1]).data;
  const diagonal = new Float64Array(n);
  // Entry l of column b of L⁻¹ at 4·l + b.
  const columns = new Float64Array(panelRows * n);
  const tile = new Float64Array(panelRows ** 2);
  for (let j = 0; j < n; j += panelRows) {
    const count = Math.min(panelRows, n - j);
    for (let i = j; i < n; i += panelRows) {
      innerProducts(rows, i * n + panelRows * j, columns, panelRows * j, i - j, tile);
      for (let a = 0; a < panelRows && i + a < n; a++) {
        const pivot = lower.data[(i + a) * n + i + a]!;
        for (let b = 0; b < count; b++) {
          let sum = (i + a === j + b ? 1 : 0) - tile[panelRows * a + b]!;
          for (let k = i; k < i + a; k++) sum -= lower.data[(i + a) * n + k]! * columns[panelRows * k + b]!;
          const entry = sum / pivot;
          columns[panelRows * (i + a) + b] = entry;
          diagonal[j + b] = diagonal[j + b]! + entry * entry;
        }
      }
    }
  }
  return diagonal;
}
