import type { CellSheet } from './document.ts';

/** A sheet of cells as a page keeps it. */
export interface CellBlocks {
  /** JSON of all but the curves' levels. */
  sheet: string;
  /** The levels of all curves and cells, each as the difference from the one before, modulo 256. */
  curves: Uint8Array;
}

/** Lays the levels of curves in a row, so that what is alike stands together. */
export function cellPacks({ curves, ...sheet }: CellSheet): CellBlocks {
  const all = curves.flatMap(({ levels }) => levels);
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  const placed = curves.map(({ levels, ...curve }) => {
    const starts = levels.map((own) => {
      const start = next;
      own.forEach((level, i) => {
        bytes[next++] = level - (own[i - 1] ?? 0);
      });
      return start;
    });
    return { ...curve, starts, counts: levels.map(({ length }) => length) };
  });
  return { sheet: JSON.stringify({ ...sheet, curves: placed }), curves: bytes };
}
