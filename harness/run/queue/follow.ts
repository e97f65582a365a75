import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { cleanText } from '../../foreign-text.ts';
import type { CellRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import type { Execution } from '../executor.ts';
import { brokenNeed, cellsNeeding } from '../needed-outcome.ts';
import { parseWorkerMessage } from '../protocol.ts';
import { failedRecord } from '../records/failed-record.ts';
import { longestFirst } from '../records/shard.ts';
import { readRecord, removeResults, writeRecord } from '../records/store.ts';
import { unlessEnded, whyOf } from './asking.ts';
import type { QueuedRun } from './queued-run.ts';
import { announceRun, noticedWorkers } from './registry.ts';
import type { QueueListener, RunQueues } from './run-queues.ts';

export interface FollowOptions extends Execution {
  run: QueuedRun;
  queues: RunQueues;
  redis: Redis;
  /** Receives what else is to be told, a line each. */
  tell(line: string): void;
  /** Milliseconds between two looks at workers and counts. */
  lookMs?: number;
  /** Milliseconds without news after which the queue is compared with what is to be done. */
  quietMs?: number;
}

/** Times that a record which a worker says to have written is looked for: shared folders may show it late. */
const looksForRecord = 50;
const betweenLooksMs = 200;

/**
 * Puts cells into the queue, each once those are done that it needs, and waits for their records, which alone say that
 * a cell is done: what the queue has lost is put in again. Resolves, as `Executor.execute` does, once all have a record
 * or `signal` says to leave.
 */
export async function followCells(cells: readonly PlannedCell[], options: FollowOptions): Promise<CellRecord[]> {
  const { run, queues, redis, store, shared, tell, signal, lookMs = 1000, quietMs = 10_000 } = options;
  const known = new Map((options.finished ?? []).map((record) => [record.id, record]));
  const ahead = new Map(cells.map((cell) => [cell.id, cell]));
  const records: CellRecord[] = [];
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  let lastNews = performance.now();
  let failure: unknown = null;
  // One change at a time: what is done decides what else can be.
  let changes: Promise<unknown> = Promise.resolve();

  function change(work: () => Promise<void>): Promise<unknown> {
    lastNews = performance.now();
    changes = changes.then(async () => {
      if (ended.aborted) return;
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) failure ??= error;
        stop.abort();
      }
    });
    return changes;
  }

  const isReady = ({ needs }: PlannedCell) => needs.every(({ id }) => !ahead.has(id));

  /** Puts in those of the cells that need not wait. A worker may have done so before, and more. */
  async function putIn(asked: readonly PlannedCell[]): Promise<void> {
    const able: PlannedCell[] = [];
    const broken: { cell: PlannedCell; why: string }[] = [];
    for (const cell of asked.filter(isReady)) {
      const why = brokenNeed(cell, known);
      if (why === null) able.push(cell);
      else broken.push({ cell, why });
    }
    await queues.add(longestFirst(able));
    for (const { cell, why } of broken) await settle(await failed(cell, why));
  }

  async function failed(cell: PlannedCell, why: string): Promise<CellRecord> {
    const record = await writeRecord(store, failedRecord(cell, why, new Date(), new Date()));
    return shared === undefined ? record : shared.publish(cell, record);
  }

  /** The record of a cell that workers compute, wherever their folders are. */
  async function recordOf(cell: PlannedCell): Promise<CellRecord | null> {
    await shared?.bring(cell);
    return readRecord(store, cell);
  }

  /** A cell is done; those that waited for it alone are put in. */
  async function settle(record: CellRecord): Promise<void> {
    if (!ahead.delete(record.id)) return;
    known.set(record.id, record);
    records.push(record);
    options.onRecord(record);
    if (ahead.size === 0 || (options.failFast === true && record.status === 'failed')) stop.abort();
    const waiting = (waitingFor.get(record.id) ?? []).filter(({ id }) => ahead.has(id));
    // Workers put in what follows from a completed cell, too: they may be alone.
    if (!stop.signal.aborted && waiting.length > 0) await putIn(waiting);
  }
  const waitingFor = cellsNeeding(cells);

  async function completed(cell: PlannedCell): Promise<void> {
    for (let look = 0; look < looksForRecord && !signal.aborted; look++) {
      const record = await recordOf(cell);
      if (record !== null && record.status !== 'failed') return settle(record);
      await sleep(betweenLooksMs, undefined, { signal }).catch(() => {});
    }
    tell(`${cell.cell}: a worker says that it is done, but its record is not in ${store.recordsDir}; it runs again.`);
    await putIn([cell]);
  }

  async function failedFinally(cell: PlannedCell, why: string): Promise<void> {
    const record = await recordOf(cell);
    await settle(record ?? (await failed(cell, `No worker brought it to an end: ${cleanText(why, 500)}`)));
  }

  /** Compares what is to be done with what is in the queue, and puts in what is missing. */
  async function reconcile(): Promise<void> {
    const present = await queues.present();
    const lost: PlannedCell[] = [];
    for (const cell of [...ahead.values()].filter(isReady)) {
      const state = present.get(cell.id);
      if (state === 'open') continue;
      if (state === 'failed') await failedFinally(cell, 'the queue says that it failed');
      else {
        const record = await recordOf(cell);
        if (record !== null && record.status !== 'failed') await settle(record);
        else lost.push(cell);
      }
    }
    await putIn(lost.filter(({ id }) => ahead.has(id)));
  }

  const listener: QueueListener = {
    onCompleted: (id) => {
      const cell = id === null ? undefined : ahead.get(id);
      if (cell !== undefined) change(() => completed(cell));
    },
    onFailed: (id, why, jobId) => {
      const cell = id === null ? undefined : ahead.get(id);
      if (cell !== undefined) change(() => failedFinally(cell, why));
      else tell(`The queue held a job that is no cell of this run (${cleanText(jobId, 100)}): ${cleanText(why, 300)}`);
    },
    onProgress: (id, progress) => {
      const cell = id === null ? undefined : ahead.get(id);
      const read = parseWorkerMessage(progress);
      lastNews = performance.now();
      if (cell === undefined || !('message' in read)) return;
      if (read.message.type === 'progress') options.onProgress(cell, read.message.progress);
      if (read.message.type === 'point') options.onPoint?.(cell, read.message.point);
    },
  };
  await unlessEnded(queues.listen(listener), ended);
  change(async () => {
    const present = await queues.present();
    // What failed while nobody followed runs again, as in every run that goes on.
    await queues.remove(cells.filter(({ id }) => present.get(id) === 'failed'));
    const absent = cells.filter(({ id }) => present.get(id) !== 'open');
    for (const cell of absent) {
      if ((await readRecord(store, cell))?.status === 'failed') await removeResults(store, cell);
    }
    await putIn(absent);
  });
  const refusals = new Set<string>();
  while (!ended.aborted) {
    await sleep(lookMs, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) break;
    await unlessEnded(look(), ended).catch((error) => tell(`The queue could not be asked: ${whyOf(error)}`));
  }
  // A change that waits for a server which is away is left.
  if (!signal.aborted) await changes;
  if (failure !== null) throw failure;
  return records;

  async function look(): Promise<void> {
    await announceRun(redis, run);
    const [running, workers] = await Promise.all([queues.running(), noticedWorkers(redis)]);
    const own = workers.filter(({ runs }) => runs.includes(run.id));
    options.onCrowd?.({ running, workers: own.length });
    for (const { host, refuses } of workers) {
      for (const { why } of refuses.filter((refusal) => refusal.run === run.id)) {
        const line = `A worker on ${host} takes no cells of this run: ${why}`;
        if (!refusals.has(line)) tell(line);
        refusals.add(line);
      }
    }
    if (performance.now() - lastNews > quietMs) await change(reconcile);
  }
}
