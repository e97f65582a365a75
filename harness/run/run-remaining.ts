import { firstLine } from '../foreign-text.ts';
import type { CellRecord, FailedRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { type PoolOptions, runPool } from './pool.ts';
import { startProgress } from './progress.ts';
import type { Resumed } from './records/resume.ts';
import { type Store, writeRecord } from './records/store.ts';

export interface RemainingOptions
  extends Omit<PoolOptions, 'store' | 'finished' | 'onProgress' | 'onPoint' | 'onRecord'> {
  /** Times that a failed cell runs again, after all others; left out: none. */
  retry?: number | undefined;
  /** A line for each part of a training. */
  verbose?: boolean;
  /** Finished cells are shown by what their held-out examples say. */
  heldOut?: boolean;
  stream: NodeJS.WritableStream & { isTTY?: boolean };
}

/**
 * Runs the cells that an earlier run did not finish, showing how it goes; then those that failed once more, as often as
 * is asked for. Resolves to each cell's last record; one of a later attempt warns of the earlier ones.
 */
export async function runRemaining(
  store: Store,
  { remaining, finished }: Pick<Resumed, 'remaining' | 'finished'>,
  options: RemainingOptions,
): Promise<CellRecord[]> {
  const ended = new Map<string, CellRecord>();
  const earlier = new Map<string, FailedRecord>();
  let cells = remaining;
  for (let round = 0; round <= (options.retry ?? 0) && cells.length > 0 && !options.signal.aborted; round++) {
    if (round > 0) options.stream.write(`${cells.length} failed cells run again (attempt ${round + 1}).\n`);
    // What runs again has no record until it ends.
    for (const { cell } of cells) ended.delete(cell);
    for (const record of await runRound(store, cells, [...finished, ...ended.values()], options)) {
      const failure = earlier.get(record.cell);
      const kept = failure === undefined ? record : await afterFailure(store, record, failure, round);
      ended.set(kept.cell, kept);
      if (kept.status === 'failed') earlier.set(kept.cell, kept);
    }
    cells = cells.filter(({ cell }) => ended.get(cell)?.status === 'failed');
  }
  return [...ended.values()];
}

async function runRound(
  store: Store,
  cells: readonly PlannedCell[],
  finished: readonly CellRecord[],
  options: RemainingOptions,
): Promise<CellRecord[]> {
  const { jobs, stream, verbose = false, heldOut = false } = options;
  const progress = startProgress({ cells, jobs, stream, verbose, heldOut, now: () => performance.now() });
  try {
    return await runPool(cells, {
      ...options,
      store,
      finished,
      onProgress: progress.cellProgress,
      onPoint: progress.cellPoint,
      onRecord: progress.cellFinished,
    });
  } finally {
    progress.stop();
  }
}

/** The record with a warning of the attempt before it, and of those that this one warned of. */
async function afterFailure(
  store: Store,
  record: CellRecord,
  earlier: FailedRecord,
  attempt: number,
): Promise<CellRecord> {
  const warning = `Attempt ${attempt} failed, this is attempt ${attempt + 1}: ${firstLine(earlier.error)}`;
  return writeRecord(store, { ...record, warnings: [...earlier.warnings, ...record.warnings, warning] });
}
