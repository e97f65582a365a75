import type { CellRecord } from '../record.ts';
import type { Cell } from '../spec/cell.ts';

/** Why a cell cannot be computed: the first cell that it needs and that is not completed. Null: all are. */
export function brokenNeed({ needs }: Cell, known: ReadonlyMap<string, CellRecord>): string | null {
  const broken = needs.find(({ id }) => known.get(id)?.status !== 'completed');
  if (broken === undefined) return null;
  return `It needs ${broken.cell} as its ${broken.role}, which is ${known.get(broken.id)?.status ?? 'not there'}.`;
}

/** By the id of a cell, those of the cells that need it. */
export function cellsNeeding<C extends Cell>(cells: readonly C[]): Map<string, C[]> {
  const needing = new Map<string, C[]>();
  for (const cell of cells) {
    for (const { id } of cell.needs) {
      const own = needing.get(id);
      if (own === undefined) needing.set(id, [cell]);
      else own.push(cell);
    }
  }
  return needing;
}
