import type { CellRecord } from '../record.ts';
import type { Cell } from '../spec.ts';
import { readRecords, removeTemporaryFiles, type Store, startAfresh, supersede } from './store.ts';

export interface Resumed {
  /** Finished by an earlier run, in the plan's order: skipped. */
  finished: CellRecord[];
  /** To run: without a record, or failed before. */
  remaining: Cell[];
  /** Valid records of cells that are not planned now; they stay where they are. */
  others: CellRecord[];
  warnings: string[];
}

/**
 * Prepares a store for the planned cells. A completed or diverged record with a cell's id makes it finished; a record
 * of an earlier configuration (same name, other id) moves to the superseded ones; `fresh` moves all. Hold the lock.
 */
export async function resumeStore(store: Store, cells: readonly Cell[], fresh: boolean): Promise<Resumed> {
  await removeTemporaryFiles(store);
  if (fresh) await startAfresh(store);
  const { records, warnings } = await readRecords(store, { quarantine: true });
  const planned = new Map(cells.map((cell) => [cell.cell, cell]));
  const current = new Map<string, CellRecord>();
  const others: CellRecord[] = [];
  for (const record of records) {
    const cell = planned.get(record.cell);
    if (cell === undefined) {
      others.push(record);
    } else if (cell.id === record.id) {
      current.set(record.cell, record);
    } else {
      await supersede(store, record);
      warnings.push(`${record.cell} has changed since its record (${record.id}); it runs again, the old one is kept.`);
    }
  }
  const isFinished = (cell: Cell) => ['completed', 'diverged'].includes(current.get(cell.cell)?.status ?? '');
  return {
    finished: cells.filter(isFinished).map((cell) => current.get(cell.cell)!),
    remaining: cells.filter((cell) => !isFinished(cell)),
    others,
    warnings,
  };
}
