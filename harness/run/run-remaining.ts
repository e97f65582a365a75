import type { CellRecord, FailedRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import type { Execution, Executor } from './executor.ts';
import { startProgress } from './progress.ts';
import { afterFailure } from './records/attempts.ts';
import type { Resumed } from './records/resume.ts';
import { type Store, writeRecord } from './records/store.ts';

export interface RemainingOptions extends Pick<Execution, 'keepWeights' | 'failFast' | 'shared' | 'signal'> {
  executor: Executor;
  /** Cells that are computed at once, for the time that is left. */
  jobs: number;
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
  const mayRun = () => cells.length > 0 && !options.signal.aborted;
  // A queue is told, too, that nothing of an earlier run is wanted any more.
  if (cells.length === 0 && options.executor.elsewhere) await runRound(store, cells, finished, options);
  for (let round = 0; round <= (options.retry ?? 0) && mayRun(); round++) {
    if (round > 0) options.stream.write(`${cells.length} failed cells run again (attempt ${round + 1}).\n`);
    // What runs again has no record until it ends.
    for (const { cell } of cells) ended.delete(cell);
    for (const record of await runRound(store, cells, [...finished, ...ended.values()], options)) {
      const failure = earlier.get(record.cell);
      const kept = failure === undefined ? record : await keepWarned(afterFailure(record, failure, round));
      ended.set(kept.cell, kept);
      if (kept.status === 'failed') earlier.set(kept.cell, kept);
    }
    cells = cells.filter(({ cell }) => ended.get(cell)?.status === 'failed');
  }
  return [...ended.values()];

  async function keepWarned(record: CellRecord): Promise<CellRecord> {
    const kept = await writeRecord(store, record);
    const cell = remaining.find(({ id }) => id === kept.id);
    return cell === undefined || options.shared === undefined ? kept : options.shared.publish(cell, kept);
  }
}

async function runRound(
  store: Store,
  cells: readonly PlannedCell[],
  finished: readonly CellRecord[],
  options: RemainingOptions,
): Promise<CellRecord[]> {
  const { executor, jobs, stream, verbose = false, heldOut = false } = options;
  const { shared, keepWeights, failFast = false, signal } = options;
  const progress = startProgress({ cells, jobs, stream, verbose, heldOut, now: () => performance.now() });
  try {
    return await executor.execute(cells, {
      store,
      shared,
      finished,
      keepWeights,
      failFast,
      signal,
      onProgress: progress.cellProgress,
      onPoint: progress.cellPoint,
      onRecord: progress.cellFinished,
      onCrowd: progress.crowd,
    });
  } finally {
    progress.stop();
  }
}
