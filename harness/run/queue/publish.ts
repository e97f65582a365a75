import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { onFile } from '../../file-errors.ts';
import type { CellRecord, FinishedRecord } from '../../record.ts';
import { makeFolder } from '../../setup/make-folder.mjs';
import type { PlannedCell } from '../../spec/cell.ts';
import { afterFailure } from '../records/attempts.ts';
import { keptWeights } from '../records/needed.ts';
import { otherFolder } from '../records/record-file.ts';
import { logPath, readRecord, type Store, weightsPath, writeRecord } from '../records/store.ts';

/** A cell's finished record, with its weights where these are to be kept; null where the store lacks either. */
export async function finishedIn(
  store: Store,
  cell: PlannedCell,
  keepsWeights: boolean,
): Promise<FinishedRecord | null> {
  const record = await readRecord(store, cell);
  if (record === null || record.status === 'failed') return null;
  const isWhole = !keepsWeights || record.weights_digest === null || (await keptWeights(store, record)) !== null;
  return isWhole ? record : null;
}

/**
 * Moves what an attempt left into the run's folder, the record last, and gives what lies there then. A finished record
 * that another worker has published meanwhile stays, so that cells which read it go on fitting to it.
 *
 * @param attempt counts from 1; what failed before it is told in the record
 */
export async function publish(
  record: CellRecord,
  {
    cell,
    from,
    store,
    keepsWeights,
    attempt,
  }: { cell: PlannedCell; from: Store; store: Store; keepsWeights: boolean; attempt: number },
): Promise<CellRecord> {
  const there = await finishedIn(store, cell, keepsWeights);
  if (there !== null) return there;
  const earlier = await readRecord(store, cell);
  await moveFile(logPath(from, cell.cell), logPath(store, cell.cell));
  if (keepsWeights) await moveFile(weightsPath(from, cell), weightsPath(store, cell));
  const isRepeated = attempt > 1 && earlier?.status === 'failed';
  return writeRecord(store, isRepeated ? afterFailure(record, earlier, attempt - 1) : record);
}

/** Moves a file over the one that is there; does nothing where there is none to move. */
async function moveFile(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await onFile({ done: 'written', path: to, remedy: otherFolder }, () => {
    makeFolder(dirname(to));
    return rename(from, to);
  });
}
