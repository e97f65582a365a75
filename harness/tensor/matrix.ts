import { type NdArray, ndArray } from './nd-array.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** [m, k]·[k, n], every entry summed in order. Four rows of B are taken at a time, so that sums stay in registers. */
export function product(a: NdArray, b: NdArray): NdArray {
  const [m, k, n] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  const [left, right] = [a.data, b.data];
  const out = new Float64Array(m * n);
  const whole = k - (k % 4);
  for (let i = 0; i < m; i++) {
    const [row, from] = [i * n, i * k];
    for (let l = 0; l < whole; l += 4) {
      const [f0, f1, f2, f3] = [left[from + l]!, left[from + l + 1]!, left[from + l + 2]!, left[from + l + 3]!];
      const [at0, at1, at2, at3] = [l * n, (l + 1) * n, (l + 2) * n, (l + 3) * n];
      for (let j = 0; j < n; j++) {
        const sum = out[row + j]! + f0 * right[at0 + j]! + f1 * right[at1 + j]!;
        out[row + j] = sum + f2 * right[at2 + j]! + f3 * right[at3 + j]!;
      }
    }
    for (let l = whole; l < k; l++) {
      const factor = left[from + l]!;
      for (let j = 0; j < n; j++) out[row + j]! += factor * right[l * n + j]!;
    }
  }
  return { shape: [m, n], data: out };
}

/** The transpose of a matrix. */
export function transposed({ shape, data }: NdArray): NdArray {
  const [m, n] = [shape[0]!, shape[1]!];
  const out = new Float64Array(data.length);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = data[i * n + j]!;
  return { shape: [n, m], data: out };
}

/** AAᵀ, each pair of rows once. */
export function rowGram({ shape, data }: NdArray): NdArray {
  const [m, n] = [shape[0]!, shape[1]!];
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    const row = data.subarray(i * n, (i + 1) * n);
    for (let j = 0; j <= i; j++) {
      const other = data.subarray(j * n, (j + 1) * n);
      let sum = 0;
      for (let l = 0; l < n; l++) sum += row[l]! * other[l]!;
      out[i * m + j] = sum;
      out[j * m + i] = sum;
    }
  }
  return { shape: [m, m], data: out };
}

/** The best approximation of a matrix at a rank, as left·right. */
export interface Truncated {
  /** P_r [m, r]: leading left singular vectors, each with its largest entry positive. */
  left: NdArray;
  /** P_rᵀA = Σ_r Q_rᵀ [r, n]. */
  right: NdArray;
}

/** Below this share of the largest, a singular value is rounding: the Gram matrix holds its square. */
const negligible = 1e-7;

/**
 * The truncated singular value decomposition of A [m, n] by the eigenvectors of the smaller Gram matrix. The left
 * vectors project A, so that at full rank left·right is A to rounding. Directions in which A vanishes are zero on both
 * sides where m > n.
 *
 * @throws RangeError where the rank is not one of 1, ..., min(m, n)
 */
export function truncatedSvd(a: NdArray, rank: number): Truncated {
  const [m, n] = [a.shape[0]!, a.shape[1]!];
  if (!Number.isInteger(rank) || rank < 1 || rank > Math.min(m, n)) {
    throw new RangeError(`rank ${rank} of a ${m} x ${n} matrix; it has the ranks 1 to ${Math.min(m, n)}`);
  }
  const within = inRange(a);
  const left = withPositivePeaks(m <= n ? leading(rowGram(within), rank) : leftFromRight(within, rank));
  return { left, right: product(transposed(left), a) };
}

/** The matrix, times a power of two where the squares of its entries would leave the range of numbers. */
function inRange(a: NdArray): NdArray {
  const peak = a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (peak === 0 || !Number.isFinite(peak) || (peak > 1e-100 && peak < 1e100)) return a;
  // Multiplied by twice, as a power of two above 2^1023 is no number.
  const half = 2 ** -Math.trunc(Math.log2(peak) / 2);
  return { shape: a.shape, data: a.data.map((value) => value * half * half) };
}

/** Eigenvectors [m, rank] of the largest eigenvalues. */
function leading(gram: NdArray, rank: number): NdArray {
  const m = gram.shape[0]!;
  const { vectors } = symmetricEigen(gram);
  return ndArray(
    [m, rank],
    Float64Array.from({ length: m * rank }, (_, flat) => {
      const [i, j] = [Math.floor(flat / rank), flat % rank];
      return vectors.data[i * m + j]!;
    }),
  );
}

/** AQ_r with its columns divided by their norms, the singular values. */
function leftFromRight(a: NdArray, rank: number): NdArray {
  const { shape, data } = product(a, leading(rowGram(transposed(a)), rank));
  const m = shape[0]!;
  const norms = Array.from({ length: rank }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < m; i++) sum += data[i * rank + j]! ** 2;
    return Math.sqrt(sum);
  });
  const floor = negligible * norms[0]!;
  return { shape, data: data.map((value, flat) => (norms[flat % rank]! > floor ? value / norms[flat % rank]! : 0)) };
}

/** Signs fixed: a tensor ring's later ranks depend on them. */
function withPositivePeaks({ shape, data }: NdArray): NdArray {
  const [m, rank] = [shape[0]!, shape[1]!];
  const signs = Array.from({ length: rank }, (_, j) => {
    let peak = 0;
    for (let i = 0; i < m; i++) {
      const value = data[i * rank + j]!;
      if (Math.abs(value) > Math.abs(peak)) peak = value;
    }
    return peak < 0 ? -1 : 1;
  });
  return { shape, data: data.map((value, flat) => value * signs[flat % rank]!) };
}
