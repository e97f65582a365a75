import { implicitQl, rotateRows } from './implicit-ql.ts';
import { type NdArray, scaled } from './nd-array.ts';
import { panelRows, panelStart, unpacked, zeroPanels } from './packed-panels.ts';
import { reflectRows, tridiagonal } from './tridiagonal.ts';
import { scaleToUnit } from './unit-scale.ts';

/** The leading part of A = V diag(λ) Vᵀ. */
export interface Eigen {
  /** In descending order. */
  values: Float64Array;
  /** Vᵀ [count, n]: an orthonormal eigenvector a row. */
  vectors: NdArray;
}

/**
 * The largest eigenvalues, and their eigenvectors, of a symmetric matrix [n, n]: Householder tridiagonalization, then
 * implicit QL steps. The kept vectors are unit vectors that all rotations and reflections have moved, so that they are
 * orthonormal to rounding also where eigenvalues are equal or zero.
 *
 * @throws RangeError where an entry is not finite
 */
export function symmetricEigen(matrix: NdArray, count: number): Eigen {
  const n = matrix.shape[0]!;
  if (!matrix.data.every(Number.isFinite)) throw new RangeError('symmetricEigen: an entry is not finite');
  const scale = scaleToUnit(matrix);
  const { diagonal, beside, reflections } = tridiagonal(scaled(matrix, scale).data, n);
  const { values, sweeps } = implicitQl(diagonal, beside);
  const kept = Array.from(values, (_, i) => i)
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, count);
  const panels = zeroPanels(count, n);
  kept.forEach((place, row) => {
    panels.data[panelStart(row, n) + panelRows * place] = 1;
  });
  rotateRows(panels, sweeps);
  reflectRows(panels, reflections);
  return { values: Float64Array.from(kept, (i) => values[i]! / scale), vectors: unpacked(panels) };
}
