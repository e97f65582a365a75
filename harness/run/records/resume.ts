import type { CellRecord } from '../../record.ts';
import type { Cell } from '../../spec/spec.ts';
import type { Device } from '../protocol.ts';
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

/** What a kept record must have been computed by and on, beside its configuration. */
export interface Computation {
  /** Digest of the code, as `programDigest` gives it. */
  program: string;
  threads: number;
  device: Device;
  /** Digest of the data that a cell would be given now; null: nothing that can change. */
  dataDigest(cell: Cell): Promise<string | null>;
}

/**
 * Prepares a store for the planned cells. A completed or diverged record with a cell's id, of the same computation,
 * makes it finished; a record of an earlier configuration or computation moves to the superseded ones; `fresh` moves
 * those of all planned cells. Hold the lock.
 */
export async function resumeStore(
  store: Store,
  cells: readonly Cell[],
  { fresh, ...computation }: Computation & { fresh: boolean },
): Promise<Resumed> {
  await removeTemporaryFiles(store);
  if (fresh) await startAfresh(store, cells);
  const { records, warnings } = await readRecords(store, { quarantine: true });
  const planned = new Map(cells.map((cell) => [cell.cell, cell]));
  const current = new Map<string, CellRecord>();
  const others: CellRecord[] = [];
  for (const record of records) {
    const cell = planned.get(record.cell);
    if (cell === undefined) {
      others.push(record);
      continue;
    }
    const change = await changeSince(record, cell, computation);
    if (change === null) {
      current.set(record.cell, record);
    } else {
      await supersede(store, record);
      warnings.push(`${record.cell}: ${change} since its record; it runs again, the old record is kept aside.`);
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

/** What is no longer as it was when the record was made; null where nothing is. A failed record runs again anyway. */
async function changeSince(record: CellRecord, cell: Cell, computation: Computation): Promise<string | null> {
  const { program, threads, device } = computation;
  if (record.config.methodDigest !== cell.config.methodDigest) return "its method's file has changed";
  if (record.id !== cell.id) return 'its configuration has changed';
  if (record.status === 'failed') return null;
  if (record.program !== program) return 'the program has changed';
  if (record.fingerprint?.threads !== threads) return 'the number of threads has changed';
  if (!record.fingerprint.device.startsWith(device)) return 'the device has changed';
  const digest = await computation.dataDigest(cell);
  return digest === null || record.fingerprint.data === digest ? null : `${cell.dataset} has changed`;
}
