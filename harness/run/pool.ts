import { EventEmitter, once } from 'node:events';
import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import type { CellPoint, CellProgress } from '../tasks/context.ts';
import type { GpuSlots } from './gpu/gpu-slots.ts';
import { failedRecord } from './records/failed-record.ts';
import { longestFirst } from './records/shard.ts';
import { writeRecord } from './records/store.ts';
import { runInWorker, type WorkerListener, type WorkerSettings } from './worker-process.ts';

export interface PoolOptions extends WorkerSettings {
  /** Worker processes at once. */
  jobs: number;
  /** After the first failed cell, ends the other workers and starts no further cells. */
  failFast?: boolean;
  /** Records of cells that were finished before, which the cells may need. */
  finished?: readonly CellRecord[];
  /** Places on GPUs that the cells share; a cell waits for its own. */
  gpuSlots?: GpuSlots | undefined;
  /** Ends the workers and starts no further cells. */
  signal: AbortSignal;
  onProgress(cell: PlannedCell, progress: CellProgress): void;
  onPoint?(cell: PlannedCell, point: CellPoint): void;
  /** Called once for each cell that ended with a record, in the order of their ends. */
  onRecord(record: CellRecord): void;
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
    const { gpuSlots, store } = options;
    const lacking = cell.needs.map((need) => ({ need, status: known.get(need.id)?.status ?? 'not there' }));
    const broken = lacking.find(({ status }) => status !== 'completed');
    if (broken !== undefined) {
      const reason = `It needs ${broken.need.cell} as its ${broken.need.role}, which is ${broken.status}.`;
      return writeRecord(store, failedRecord(cell, reason, new Date(), new Date()));
    }
    const listener: WorkerListener = {
      onProgress: (progress) => options.onProgress(cell, progress),
      onPoint: (point) => options.onPoint?.(cell, point),
    };
    if (gpuSlots === undefined) return runInWorker(cell, options, signal, listener);
    const place = await gpuSlots.acquire(cell, signal);
    if (place === null) return null;
    try {
      const record = await runInWorker(cell, { ...options, gpu: place.gpu.id }, signal, listener);
      if (record !== null) gpuSlots.learn(record, place);
      return record;
    } finally {
      place.release();
    }
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
