import type { CellRecord } from '../record.ts';
import type { Cell } from '../spec/spec.ts';
import type { CellProgress } from '../tasks/context.ts';
import type { GpuSlots } from './gpu/gpu-slots.ts';
import { longestFirst } from './records/shard.ts';
import { runInWorker, type WorkerSettings } from './worker-process.ts';

export interface PoolOptions extends WorkerSettings {
  /** Worker processes at once. */
  jobs: number;
  /** Places on GPUs that the cells share; a cell waits for its own. */
  gpuSlots?: GpuSlots | undefined;
  /** Ends the workers and starts no further cells. */
  signal: AbortSignal;
  onProgress(cell: Cell, progress: CellProgress): void;
  /** Called once for each cell that ended with a record, in the order of their ends. */
  onRecord(record: CellRecord): void;
}

/**
 * Runs cells in worker processes, `jobs` at once, the longest first. A cell that fails gives a failed record, and the
 * others go on. Resolves to the records in the order of their ends; interrupted cells have none. Where a record cannot
 * be written (full disk), the other workers are ended and that error is thrown.
 */
export async function runPool(cells: readonly Cell[], options: PoolOptions): Promise<CellRecord[]> {
  const waiting = longestFirst(cells);
  const records: CellRecord[] = [];
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);

  async function runOn(cell: Cell): Promise<CellRecord | null> {
    const { gpuSlots } = options;
    const onProgress = (progress: CellProgress) => options.onProgress(cell, progress);
    if (gpuSlots === undefined) return runInWorker(cell, options, signal, onProgress);
    const place = await gpuSlots.acquire(cell, signal);
    if (place === null) return null;
    try {
      const record = await runInWorker(cell, { ...options, gpu: place.gpu.id }, signal, onProgress);
      if (record !== null) gpuSlots.learn(record, place);
      return record;
    } finally {
      place.release();
    }
  }

  async function lane(): Promise<void> {
    for (let cell = waiting.shift(); cell !== undefined && !signal.aborted; cell = waiting.shift()) {
      const started = cell;
      const record = await runOn(started);
      if (record === null) return;
      records.push(record);
      options.onRecord(record);
    }
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
