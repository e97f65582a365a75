import { type Panels, panelRows } from './packed-panels.ts';

/** A = H·T·Hᵀ with a tridiagonal T and a product H = H_0 ··· H_{n−2} of reflections. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i stands between diagonal entries i and i + 1; the last one is 0. */
  readonly beside: Float64Array;
  /** v_k of H_k = I − 2·v_k·v_kᵀ, a row each [n, n], zero up to entry k; below the diagonal is something else. */
  readonly reflections: Float64Array;
}

/** A column of squares below this is zero: its entries are some 1e-140 of a matrix of entries near 1. */
const negligible = 1e-280;

/**
 * Householder tridiagonalization (Golub and Van Loan 2013, section 8.3.1) of a symmetric matrix [n, n], whose lower
 * triangle is read and overwritten. One pass over the rest of the matrix both subtracts the last reflection,
 * A − vwᵀ − wvᵀ with w = 2(Av − (vᵀAv)v), and multiplies by the next one's vector, which needs the next column alone.
 */
export function tridiagonal(a: Float64Array, n: number): Tridiagonal {
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)];
  const [v, w, next, image] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    const [vk, wk] = [v[k]!, w[k]!];
    diagonal[k] = a[k * n + k]! - 2 * vk * wk;
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      const entry = a[i * n + k]! - (v[i]! * wk + w[i]! * vk);
      next[i] = entry;
      square += entry * entry;
    }
    next[k] = 0;
    if (square < negligible) {
      next.fill(0);
    } else {
      const norm = Math.sqrt(square);
      const first = next[k + 1]!;
      const signed = first < 0 ? -norm : norm;
      const length = Math.sqrt(2 * (square + Math.abs(first) * norm));
      beside[k] = -signed;
      next[k + 1] = first + signed;
      for (let i = k + 1; i < n; i++) next[i] = next[i]! / length;
    }
    a.set(next.subarray(k + 1), k * n + k + 1);
    image.fill(0);
    updateAndMultiply(a, n, k + 1, v, w, next, image);
    let inner = 0;
    for (let i = k + 1; i < n; i++) inner += next[i]! * image[i]!;
    v.set(next);
    for (let i = k + 1; i < n; i++) w[i] = 2 * (image[i]! - inner * next[i]!);
  }
  return { diagonal, beside, reflections: a };
}

/** A ← A − vwᵀ − wvᵀ and y ← y + A·x in rows and columns from `from` on, of the lower triangle. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  from: number,
  v: Float64Array,
  w: Float64Array,
  x: Float64Array,
  y: Float64Array,
): void {
  let i = from;
  for (; i + 4 <= n; i += 4) {
    fourRows(a, n, from, i, v, w, x, y);
    triangle(a, n, i, i, i + 4, v, w, x, y);
  }
  triangle(a, n, from, i, n, v, w, x, y);
}

/** The part of `updateAndMultiply` in the rows i to i + 3 and the columns from `from` to i − 1. */
function fourRows(
  a: Float64Array,
  n: number,
  from: number,
  i: number,
  v: Float64Array,
  w: Float64Array,
  x: Float64Array,
  y: Float64Array,
): void {
  const at0 = (i * n) | 0;
  const at1 = (at0 + n) | 0;
  const at2 = (at1 + n) | 0;
  const at3 = (at2 + n) | 0;
  const [v0, v1, v2, v3] = [v[i]!, v[i + 1]!, v[i + 2]!, v[i + 3]!];
  const [w0, w1, w2, w3] = [w[i]!, w[i + 1]!, w[i + 2]!, w[i + 3]!];
  const [x0, x1, x2, x3] = [x[i]!, x[i + 1]!, x[i + 2]!, x[i + 3]!];
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  // `| 0` spares the check for overflow at every index.
  for (let j = from | 0; j < i; j = (j + 1) | 0) {
    const vj = v[j]!;
    const wj = w[j]!;
    const xj = x[j]!;
    const a0 = a[(at0 + j) | 0]! - (v0 * wj + w0 * vj);
    a[(at0 + j) | 0] = a0;
    s0 += a0 * xj;
    const a1 = a[(at1 + j) | 0]! - (v1 * wj + w1 * vj);
    a[(at1 + j) | 0] = a1;
    s1 += a1 * xj;
    const a2 = a[(at2 + j) | 0]! - (v2 * wj + w2 * vj);
    a[(at2 + j) | 0] = a2;
    s2 += a2 * xj;
    const a3 = a[(at3 + j) | 0]! - (v3 * wj + w3 * vj);
    a[(at3 + j) | 0] = a3;
    s3 += a3 * xj;
    y[j] = y[j]! + (a0 * x0 + a1 * x1 + (a2 * x2 + a3 * x3));
  }
  y[i] = y[i]! + s0;
  y[i + 1] = y[i + 1]! + s1;
  y[i + 2] = y[i + 2]! + s2;
  y[i + 3] = y[i + 3]! + s3;
}

/** The part in the rows from `first` to `end` − 1 and the columns from `from` to the diagonal. */
function triangle(
  a: Float64Array,
  n: number,
  from: number,
  first: number,
  end: number,
  v: Float64Array,
  w: Float64Array,
  x: Float64Array,
  y: Float64Array,
): void {
  for (let i = first; i < end; i++) {
    const row = i * n;
    const [vi, wi, xi] = [v[i]!, w[i]!, x[i]!];
    let sum = 0;
    for (let j = from; j < i; j++) {
      const entry = a[row + j]! - (vi * w[j]! + wi * v[j]!);
      a[row + j] = entry;
      sum += entry * x[j]!;
      y[j] = y[j]! + entry * xi;
    }
    const entry = a[row + i]! - 2 * vi * wi;
    a[row + i] = entry;
    y[i] = y[i]! + sum + entry * xi;
  }
}

/** H·y of every row of some panels, in place: from T's basis to A's. */
export function reflectRows({ rows, length, data }: Panels, reflections: Float64Array): void {
  for (let row = 0; row < rows; row += panelRows) {
    for (let k = length - 2; k >= 0; k--) reflectPanel(data, row * length, length, k, reflections);
  }
}

/** H_k on four rows. */
function reflectPanel(data: Float64Array, start: number, n: number, k: number, reflections: Float64Array): void {
  const from = (k * n + k + 1) | 0;
  const end = (k * n + n) | 0;
  const first = (start + panelRows * (k + 1)) | 0;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = from, at = first; i < end; i = (i + 1) | 0, at = (at + 4) | 0) {
    const value = reflections[i]!;
    s0 += value * data[at]!;
    s1 += value * data[(at + 1) | 0]!;
    s2 += value * data[(at + 2) | 0]!;
    s3 += value * data[(at + 3) | 0]!;
  }
  s0 *= 2;
  s1 *= 2;
  s2 *= 2;
  s3 *= 2;
  for (let i = from, at = first; i < end; i = (i + 1) | 0, at = (at + 4) | 0) {
    const value = reflections[i]!;
    data[at] = data[at]! - s0 * value;
    data[(at + 1) | 0] = data[(at + 1) | 0]! - s1 * value;
    data[(at + 2) | 0] = data[(at + 2) | 0]! - s2 * value;
    data[(at + 3) | 0] = data[(at + 3) | 0]! - s3 * value;
  }
}
