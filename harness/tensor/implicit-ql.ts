import { type Panels, panelRows } from './packed-panels.ts';

/** Rotations of neighbouring entries, one after the other from `first` on. */
export interface Sweep {
  /** The first rotation is of the entries first and first + 1, the second of first + 1 and first + 2, and so on. */
  readonly first: number;
  /** Cosine and sine of each rotation. */
  readonly turns: Float64Array;
}

/** T = G·diag(values)·Gᵀ. */
export interface QlResult {
  /** In no order. */
  readonly values: Float64Array;
  /** Of which G is made: see `rotateRows`. */
  readonly sweeps: readonly Sweep[];
}

/** Steps that an eigenvalue is given to settle relative to its neighbours; two or three are usual. */
const patience = 30;

/**
 * Implicit QL steps on a symmetric tridiagonal matrix (Golub and Van Loan 2013, section 8.3.3), whose two arrays are
 * overwritten; the rotations are kept for the vectors that are wanted. An entry beside the diagonal is zero once it is
 * rounding to its neighbours, which keeps small eigenvalues precise. Where these are rounding themselves, as in a
 * matrix of less than full rank, that may never come: after 30 steps, an entry is zero once it is rounding to the whole
 * matrix.
 *
 * @throws Error where an eigenvalue does not settle within 60 steps
 */
export function implicitQl(d: Float64Array, e: Float64Array): QlResult {
  const n = d.length;
  const size = d.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(e[i]!)), 0);
  const sweeps: Sweep[] = [];
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      const least = step < patience ? 0 : size;
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * Math.max(Math.abs(d[m]!) + Math.abs(d[m + 1]!), least)) {
        m++;
      }
      if (m === l) break;
      if (step === 2 * patience) throw new Error(`implicitQl: eigenvalue ${l} of ${n} does not settle`);
      sweeps.push(qlStep(d, e, l, m));
    }
  }
  return { values: d, sweeps };
}

/** One implicit QL step on rows l to m, shifted by the eigenvalue of the leading 2 x 2 block nearer to d_l. */
function qlStep(d: Float64Array, e: Float64Array, l: number, m: number): Sweep {
  const turns = new Float64Array(2 * (m - l));
  const ratio = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = lengthOf(ratio, 1);
  let g = d[m]! - d[l]! + e[l]! / (ratio + (ratio < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const radius = lengthOf(f, g);
    e[i + 1] = radius;
    if (radius === 0) {
      // The block splits here.
      d[i + 1] = d[i + 1]! - shift;
      e[m] = 0;
      return { first: i + 1, turns: turns.subarray(2 * (i + 1 - l)) };
    }
    sine = f / radius;
    cosine = g / radius;
    const rest = d[i + 1]! - shift;
    const mixed = (d[i]! - rest) * sine + 2 * cosine * b;
    shift = sine * mixed;
    d[i + 1] = rest + shift;
    g = cosine * mixed - b;
    turns[2 * (i - l)] = cosine;
    turns[2 * (i - l) + 1] = sine;
  }
  d[l] = d[l]! - shift;
  e[l] = g;
  e[m] = 0;
  return { first: l, turns };
}

/** √(a² + b²). Unlike Math.hypot, the same to the bit in every version of Node. */
function lengthOf(a: number, b: number): number {
  const square = a * a + b * b;
  if (square > 1e-280 && square < 1e280) return Math.sqrt(square);
  const large = Math.max(Math.abs(a), Math.abs(b));
  if (large === 0) return 0;
  const share = Math.min(Math.abs(a), Math.abs(b)) / large;
  return large * Math.sqrt(1 + share * share);
}

/** Sweeps that go over all vectors before the next ones: so many that they stay in the cache. */
const sweepsAtOnce = 16;

/**
 * G·y of every row of some panels, in place: of unit vectors, eigenvectors of T. Orthonormal vectors stay so, whatever
 * the eigenvalues are.
 */
export function rotateRows({ rows, length, data }: Panels, sweeps: readonly Sweep[]): void {
  for (let end = sweeps.length; end > 0; end -= sweepsAtOnce) {
    const group = sweeps.slice(Math.max(0, end - sweepsAtOnce), end).reverse();
    for (let row = 0; row < rows; row += panelRows) {
      for (const { first, turns } of group) rotatePanel(data, row * length + panelRows * first, turns);
    }
  }
}

/** One sweep on four rows, from the entry at `start` on. */
function rotatePanel(data: Float64Array, start: number, turns: Float64Array): void {
  let at = start | 0;
  let carried0 = data[at + 0]!;
  let carried1 = data[at + 1]!;
  let carried2 = data[at + 2]!;
  let carried3 = data[at + 3]!;
  for (let t = 0; t < turns.length; t = (t + 2) | 0) {
    const cosine = turns[t]!;
    const sine = turns[(t + 1) | 0]!;
    const next0 = data[(at + 4) | 0]!;
    data[at] = cosine * carried0 + sine * next0;
    carried0 = cosine * next0 - sine * carried0;
    const next1 = data[(at + 5) | 0]!;
    data[(at + 1) | 0] = cosine * carried1 + sine * next1;
    carried1 = cosine * next1 - sine * carried1;
    const next2 = data[(at + 6) | 0]!;
    data[(at + 2) | 0] = cosine * carried2 + sine * next2;
    carried2 = cosine * next2 - sine * carried2;
    const next3 = data[(at + 7) | 0]!;
    data[(at + 3) | 0] = cosine * carried3 + sine * next3;
    carried3 = cosine * next3 - sine * carried3;
    at = (at + 4) | 0;
  }
  data[at + 0] = carried0;
  data[at + 1] = carried1;
  data[at + 2] = carried2;
  data[at + 3] = carried3;
}
