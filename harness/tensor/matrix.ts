import type { NdArray } from './nd-array.ts';
import { innerProducts, type Panels, packedPanels, panelRows } from './packed-panels.ts';

/** [m, k]·[k, n], every entry summed in order. */
export function product(a: NdArray, b: NdArray): NdArray {
  const [m, k, n] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  const out = new Float64Array(m * n);
  const [left, right] = [packedPanels(a.data, [m, k], [k, 1]), packedPanels(b.data, [n, k], [1, n])];
  eachTile(left, right, false, (i, j, value) => {
    out[i * n + j] = value;
  });
  return { shape: [m, n], data: out };
}

/** The transpose of a matrix. */
export function transposed({ shape, data }: NdArray): NdArray {
  const [m, n] = [shape[0]!, shape[1]!];
  const out = new Float64Array(data.length);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = data[i * n + j]!;
  return { shape: [n, m], data: out };
}

/** AAᵀ, each pair of rows once, every entry summed in order. */
export function rowGram({ shape, data }: NdArray): NdArray {
  const [m, n] = [shape[0]!, shape[1]!];
  return gram(packedPanels(data, [m, n], [n, 1]));
}

/** AᵀA, likewise. */
export function columnGram({ shape, data }: NdArray): NdArray {
  const [m, n] = [shape[0]!, shape[1]!];
  return gram(packedPanels(data, [n, m], [1, n]));
}

function gram(panels: Panels): NdArray {
  const m = panels.rows;
  const out = new Float64Array(m * m);
  eachTile(panels, panels, true, (i, j, value) => {
    out[i * m + j] = value;
    out[j * m + i] = value;
  });
  return { shape: [m, m], data: out };
}

type Put = (i: number, j: number, value: number) => void;

/** Inner products of rows of the two, for `lower` those with j ≤ i (and some above the diagonal). */
function eachTile(left: Panels, right: Panels, lower: boolean, put: Put): void {
  const tile = new Float64Array(panelRows ** 2);
  const length = left.length;
  for (let i = 0; i < left.rows; i += panelRows) {
    const end = lower ? i + 1 : right.rows;
    for (let j = 0; j < end; j += panelRows) {
      innerProducts(left.data, i * length, right.data, j * length, length, tile);
      const [rows, columns] = [Math.min(panelRows, left.rows - i), Math.min(panelRows, right.rows - j)];
      for (let a = 0; a < rows; a++) {
        for (let b = 0; b < columns; b++) put(i + a, j + b, tile[panelRows * a + b]!);
      }
    }
  }
}
