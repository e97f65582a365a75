import type { NdArray } from './nd-array.ts';

/**
 * Rows of a matrix, four by four, with the four entries of a column beside each other: what the inner products of
 * blocks read, sixteen sums at a time in registers. Rows beyond the last are zero.
 */
export interface Panels {
  readonly rows: number;
  /** Entries a row. */
  readonly length: number;
  /** Panel p starts at 4·p·length; entry l of its row k stands at 4·l + k. */
  readonly data: Float64Array;
}

/** Rows of a panel. */
export const panelRows = 4;

export function zeroPanels(rows: number, length: number): Panels {
  return { rows, length, data: new Float64Array(Math.ceil(rows / panelRows) * panelRows * length) };
}

/** The rows of a matrix whose entry (i, l) is data[i·rowStep + l·step]. */
export function packedPanels(
  data: Float64Array,
  [rows, length]: readonly [number, number],
  [rowStep, step]: readonly [number, number],
): Panels {
  const panels = zeroPanels(rows, length);
  for (let i = 0; i < rows; i++) {
    const start = panelStart(i, length);
    for (let l = 0; l < length; l++) panels.data[start + panelRows * l] = data[i * rowStep + l * step]!;
  }
  return panels;
}

/** The rows of panels as a matrix. */
export function unpacked({ rows, length, data }: Panels): NdArray {
  const out = new Float64Array(rows * length);
  for (let i = 0; i < rows; i++) {
    const start = panelStart(i, length);
    for (let l = 0; l < length; l++) out[i * length + l] = data[start + panelRows * l]!;
  }
  return { shape: [rows, length], data: out };
}

/** Where entry 0 of a row stands. */
export function panelStart(row: number, length: number): number {
  const within = row % panelRows;
  return (row - within) * length + within;
}

/**
 * Inner products of the four rows at `p` in x with the four at `q` in y, over `length` entries: row i with row j to
 * tile[4·i + j], each sum in order, from 0.
 */
export function innerProducts(
  x: Float64Array,
  p: number,
  y: Float64Array,
  q: number,
  length: number,
  tile: Float64Array,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  // `| 0` spares the check for overflow at every index.
  const end = (p + panelRows * length) | 0;
  for (let i = p | 0, j = q | 0; i < end; i = (i + 4) | 0, j = (j + 4) | 0) {
    const y0 = y[j]!;
    const y1 = y[(j + 1) | 0]!;
    const y2 = y[(j + 2) | 0]!;
    const y3 = y[(j + 3) | 0]!;
    const x0 = x[i]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = x[(i + 1) | 0]!;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = x[(i + 2) | 0]!;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = x[(i + 3) | 0]!;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
  tile[12] = s30;
  tile[13] = s31;
  tile[14] = s32;
  tile[15] = s33;
}
