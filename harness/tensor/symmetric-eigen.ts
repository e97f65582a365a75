import type { NdArray } from './nd-array.ts';

/** A = V diag(λ) Vᵀ. */
export interface Eigen {
  /** In descending order. */
  values: Float64Array;
  /** V, an eigenvector a column. */
  vectors: NdArray;
}

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric matrix: Householder tridiagonalization, then implicit QL
 * steps (Golub and Van Loan 2013, section 8.3). The vectors are kept as rows while they are rotated.
 *
 * @throws RangeError where an entry is not finite
 * @throws Error where an eigenvalue does not settle within 60 steps
 */
export function symmetricEigen({ shape, data }: NdArray): Eigen {
  const n = shape[0]!;
  if (!data.every(Number.isFinite)) throw new RangeError('symmetricEigen: an entry is not finite');
  const { diagonal, beside, basis } = tridiagonal(Float64Array.from(data), n);
  implicitQl(diagonal, beside, basis, n);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, j) => {
    for (let i = 0; i < n; i++) vectors[i * n + j] = basis[from * n + i]!;
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: { shape: [n, n], data: vectors } };
}

interface Tridiagonal {
  diagonal: Float64Array;
  /** Entry i stands between diagonal entries i and i + 1; the last one is 0. */
  beside: Float64Array;
  /** H with A = Hᵀ·T·H: row i is the i-th basis vector. */
  basis: Float64Array;
}

/** Reflects A, which is overwritten, to tridiagonal form, column by column. */
function tridiagonal(a: Float64Array, n: number): Tridiagonal {
  const reflections: Float64Array[] = [];
  for (let k = 0; k < n - 2; k++) {
    const v = new Float64Array(n);
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k]!;
      square += v[i]! ** 2;
    }
    const norm = Math.sqrt(square);
    reflections.push(v);
    if (norm === 0) continue;
    v[k + 1]! += v[k + 1]! < 0 ? -norm : norm;
    let length = 0;
    for (let i = k + 1; i < n; i++) length += v[i]! ** 2;
    length = Math.sqrt(length);
    for (let i = k + 1; i < n; i++) v[i]! /= length;
    reflectBothSides(a, v, k, n);
  }
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  // H = H_last ··· H_first: each row takes its reflections from the right, the last one first.
  for (let k = reflections.length - 1; k >= 0; k--) {
    const v = reflections[k]!;
    for (let i = k + 1; i < n; i++) {
      const row = basis.subarray(i * n, (i + 1) * n);
      let share = 0;
      for (let j = k + 1; j < n; j++) share += row[j]! * v[j]!;
      for (let j = k + 1; j < n; j++) row[j]! -= 2 * share * v[j]!;
    }
  }
  const beside = Float64Array.from({ length: n }, (_, i) => (i + 1 < n ? a[(i + 1) * n + i]! : 0));
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), beside, basis };
}

/** A ← HAH of the rows and columns from k on, with H = I − 2vvᵀ: A − vwᵀ − wvᵀ, w = 2(Av − (vᵀAv)v). */
function reflectBothSides(a: Float64Array, v: Float64Array, k: number, n: number): void {
  const w = new Float64Array(n);
  let inner = 0;
  for (let i = k; i < n; i++) {
    const row = a.subarray(i * n, (i + 1) * n);
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += row[j]! * v[j]!;
    w[i] = sum;
    inner += v[i]! * sum;
  }
  for (let i = k; i < n; i++) w[i] = 2 * (w[i]! - inner * v[i]!);
  for (let i = k; i < n; i++) {
    const row = a.subarray(i * n, (i + 1) * n);
    const [vi, wi] = [v[i]!, w[i]!];
    for (let j = k; j < n; j++) row[j]! -= vi * w[j]! + wi * v[j]!;
  }
}

/**
 * Diagonalizes T by rotations, which the rows of the basis take part in. An entry beside the diagonal is zero once it
 * is rounding to its neighbours, which keeps small eigenvalues precise. Where these are rounding themselves, as in a
 * matrix of less than full rank, that may never come: after 30 steps, an entry is zero once it is rounding to the whole
 * matrix.
 */
function implicitQl(d: Float64Array, e: Float64Array, basis: Float64Array, n: number): void {
  const size = d.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(e[i]!)), 0);
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      const least = step < patience ? 0 : size;
      const near = (i: number) => Math.max(Math.abs(d[i]!) + Math.abs(d[i + 1]!), least);
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * near(m)) m++;
      if (m === l) break;
      if (step === 2 * patience) throw new Error(`symmetricEigen: eigenvalue ${l} of ${n} does not settle`);
      qlStep(d, e, basis, n, l, m);
    }
  }
}

/** Steps that an eigenvalue is given to settle relative to its neighbours; two or three are usual. */
const patience = 30;

/** One implicit QL step on rows l to m, shifted by the eigenvalue of the leading 2 x 2 block nearer to d_l. */
function qlStep(d: Float64Array, e: Float64Array, basis: Float64Array, n: number, l: number, m: number): void {
  const ratio = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(ratio, 1);
  let g = d[m]! - d[l]! + e[l]! / (ratio + (ratio < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [sine * e[i]!, cosine * e[i]!];
    const radius = Math.hypot(f, g);
    e[i + 1] = radius;
    if (radius === 0) {
      // The block splits here.
      d[i + 1]! -= shift;
      e[m] = 0;
      return;
    }
    sine = f / radius;
    cosine = g / radius;
    const rest = d[i + 1]! - shift;
    const mixed = (d[i]! - rest) * sine + 2 * cosine * b;
    shift = sine * mixed;
    d[i + 1] = rest + shift;
    g = cosine * mixed - b;
    rotateRows(basis, n, i, cosine, sine);
  }
  d[l]! -= shift;
  e[l] = g;
  e[m] = 0;
}

function rotateRows(basis: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  const [upper, lower] = [basis.subarray(i * n, (i + 1) * n), basis.subarray((i + 1) * n, (i + 2) * n)];
  for (let k = 0; k < n; k++) {
    const f = lower[k]!;
    lower[k] = sine * upper[k]! + cosine * f;
    upper[k] = cosine * upper[k]! - sine * f;
  }
}
