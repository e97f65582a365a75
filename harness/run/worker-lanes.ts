import { UsageError } from '../errors.ts';
import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { type LastingWorker, startLastingWorker } from './lasting-worker.ts';
import { failedRecord } from './records/failed-record.ts';
import { readRecord, removeResults, writeRecord } from './records/store.ts';
import { requestOf, timeLimitMs, type WorkerListener, type WorkerSettings } from './worker-process.ts';

/** Worker processes that run one cell after another, so that their start is paid once. */
export interface WorkerLanes {
  /** Runs a cell in a process that is free, or in a new one; null where it was interrupted. */
  runCell(cell: PlannedCell, signal: AbortSignal, listener: WorkerListener): Promise<CellRecord | null>;
  end(): Promise<void>;
}

/**
 * For cells of the project's own methods: what a method's file leaves behind in a process would meet the next cell. A
 * cell with which its process breaks, or that exceeds its time limit, has a failed record, and the next one a new
 * process. As in processes of their own, bad input throws UsageError.
 */
export function workerLanes(settings: WorkerSettings, signal: AbortSignal): WorkerLanes {
  const free: LastingWorker[] = [];
  const all: LastingWorker[] = [];
  function started(): LastingWorker {
    const worker = startLastingWorker({ ...settings, signal });
    all.push(worker);
    return worker;
  }
  return {
    async runCell(cell, cellSignal, listener) {
      const startedAt = new Date();
      await removeResults(settings.store, cell);
      const worker = free.pop() ?? started();
      let isLate = false;
      const limit = setTimeout(() => {
        isLate = true;
        void worker.end('SIGKILL');
      }, timeLimitMs(cell));
      const answer = await worker.ask(requestOf(cell, settings, true), listener).finally(() => clearTimeout(limit));
      if (cellSignal.aborted) return null;
      if (!worker.hasEnded()) free.push(worker);
      const written = await readRecord(settings.store, cell);
      if (answer.type === 'done' && written !== null) return written;
      if (answer.type === 'error' && answer.usage) throw new UsageError(`${cell.cell}: ${answer.message}`);
      const reason = isLate
        ? `The cell ran longer than its time limit of ${cell.timeLimitSeconds} s and was ended.`
        : reasonOf(answer);
      return writeRecord(settings.store, failedRecord(cell, reason, startedAt, new Date()));
    },
    async end() {
      await Promise.all(all.map((worker) => worker.end()));
    },
  };
}

function reasonOf(answer: Awaited<ReturnType<LastingWorker['ask']>>): string {
  if (answer.type === 'error') return answer.message;
  if (answer.type === 'gone') return answer.reason;
  return 'The worker left no record.';
}
