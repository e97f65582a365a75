import type { CellRecord } from '../record.ts';
import type { Cell } from '../spec/cell.ts';

/** Why a cell cannot be computed: the first cell that it needs and that is not completed. Null: all are. */
export function brokenNeed({ needs }: Cell, known: ReadonlyMap<string, CellRecord>): string | null {
  const broken = needs.find(({ id }) => known.get(id)?.status !== 'completed');
  if (broken === undefined) return null;
  return `It needs ${broken.cell} as its ${broken.role}, which is ${known.get(broken.id)?.status ?? 'not there'}.`;
}
