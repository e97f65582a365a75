import { EventEmitter, once } from 'node:events';
import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import type { Execution } from './executor.ts';
import type { GpuSlots } from './gpu/gpu-slots.ts';
import { runInPlace } from './gpu/run-in-place.ts';
import { brokenNeed } from './needed-outcome.ts';
import { failedRecord } from './records/failed-record.ts';
import { longestFirst } from './records/shard.ts';
import { writeRecord } from './records/store.ts';
import type { WorkerListener, WorkerSettings } from './worker-process.ts';

export interface PoolOptions extends WorkerSettings, Execution {
  /** Worker processes at once. */
  jobs: number;
  /** Places on GPUs that the cells share; a cell waits for its own. */
  gpuSlots?: GpuSlots | undefined;
  /** How a cell comes to its record, null where it was interrupted; left out: in a process of its own. */
  runCell?(cell: PlannedCell, signal: AbortSignal, listener: WorkerListener): Promise<CellRecord | null>;
}

/**
 * Runs cells in worker processes, `jobs` at once, the longest first, each after the cells that it needs. A cell that
 * fails gives a failed record, cells that need it too, and the others go on. Resolves to the records in the order of
 * their ends; interrupted cells have none. Where a record cannot be written (full disk), the other workers are ended
 * and that error is thrown.
 */
export async function runPool(cells: readonly PlannedCell[], options: PoolOptions): Promise<CellRecord[]> {
  const waiting = longestFirst(cells);
  const records: CellRecord[] = [];
  const known = new Map((options.finished ?? []).map((record) => [record.id, record]));
  const failure = new AbortController();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal, stop.signal]);
  const going = new Set<string>();
  const ends = new EventEmitter().setMaxListeners(0);

  async function runOn(cell: PlannedCell): Promise<CellRecord | null> {
    const { shared } = options;
    const broken = brokenNeed(cell, known);
    if (broken !== null) {
      const record = await writeRecord(options.store, failedRecord(cell, broken, new Date(), new Date()));
      return shared === undefined ? record : shared.publish(cell, record);
    }
    const listener: WorkerListener = {
      onProgress: (progress) => options.onProgress(cell, progress),
      onPoint: (point) => options.onPoint?.(cell, point),
    };
    const compute = (told: WorkerListener) =>
      options.runCell?.(cell, signal, told) ?? runInPlace(cell, options, signal, told);
    return shared === undefined ? compute(listener) : shared.compute(cell, compute, listener);
  }

  /** The first cell that need not wait for others; undefined where all have to. */
  function takeReady(): PlannedCell | undefined {
    const isAhead = new Set(waiting.map(({ id }) => id));
    const isReady = ({ needs }: PlannedCell) =>
      needs.every(({ id }) => known.has(id) || !(isAhead.has(id) || going.has(id)));
    const at = waiting.findIndex(isReady);
    return at === -1 ? undefined : waiting.splice(at, 1)[0];
  }
  async function lane(): Promise<void> {
    while (waiting.length > 0 && !signal.aborted) {
      const cell = takeReady();
      if (cell === undefined) {
        // Cells of a plan never need each other in a circle: what is waited for is running.
        if (going.size === 0) throw new Error(`${waiting[0]?.cell}: what it needs is neither finished nor running`);
        await once(ends, 'end', { signal }).catch(unlessAborted);
        continue;
      }
      going.add(cell.id);
      const record = await runOn(cell);
      going.delete(cell.id);
      if (record === null) return;
      // A finished cell that is executed again is still what others read from.
      if (!known.has(record.id)) known.set(record.id, record);
      records.push(record);
      options.onRecord(record);
      if (options.failFast === true && record.status === 'failed') stop.abort();
      ends.emit('end');
    }
  }

  function unlessAborted(error: unknown): void {
    if (!signal.aborted) throw error;
  }

  async function guardedLane(): Promise<void> {
    try {
      await lane();
    } catch (error) {
      failure.abort();
      throw error;
    }
  }

  const lanes = Array.from({ length: Math.min(options.jobs, cells.length) }, guardedLane);
  const broken = (await Promise.allSettled(lanes)).find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return records;
}
