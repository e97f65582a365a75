import { rm } from 'node:fs/promises';
import { type Job, UnrecoverableError } from 'bullmq';
import { UsageError } from '../../errors.ts';
import { cleanName, cleanText, firstLine } from '../../foreign-text.ts';
import { type CellRecord, errorOf } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import type { WorkerMessage } from '../protocol.ts';
import { failedRecord } from '../records/failed-record.ts';
import { readRecord, type Store } from '../records/store.ts';
import type { WorkerListener, WorkerSettings } from '../worker-process.ts';
import { whyOf } from './asking.ts';
import type { JoinedRun } from './joined-run.ts';
import { type CellJob, cellJobSchema, jobIdOf } from './names.ts';
import { finishedIn, publish } from './publish.ts';
import { attemptStore, fetchOffer, offeredRun, type QueuedCell } from './queued-run.ts';

/** Computes a cell in a process of its own. Resolves to null where `signal` ended it. */
export type ComputeCell = (
  cell: PlannedCell,
  settings: Omit<WorkerSettings, 'workerPath' | 'killAfterMs'>,
  signal: AbortSignal,
  listener: WorkerListener,
) => Promise<CellRecord | null>;

export interface WorkOptions {
  /** Says whose lock the job has. */
  token: string;
  lockMs: number;
  compute: ComputeCell;
  /** The worker ends. */
  signal: AbortSignal;
  tell(line: string): void;
}

/** Least milliseconds between two signs of a cell's progress that go through the queue. */
const progressMs = 2000;

/**
 * Brings one job to its end: the cell's record lies in the run's folder, and the queue knows. A job that is no cell of
 * the run's plan is refused. Where the job's lock is lost, another worker has it, and the cell is ended here; where the
 * worker ends, it is given back.
 *
 * @throws UsageError where this worker could not compute further cells either: a full disk, bad input
 */
export async function workOn(job: Job<CellJob>, run: JoinedRun, options: WorkOptions): Promise<void> {
  const { token, tell } = options;
  const cell = cellOf(job, run);
  if (cell === null) {
    const shown = cleanName(cleanText(JSON.stringify(job.data) ?? '', 200));
    tell(`Refused: the queue holds a job that is no cell of the run's plan: ${shown}`);
    const why = `refused, as it is no cell of the run's plan: ${shown}`;
    return finish(job, () => job.moveToFailed(new UnrecoverableError(why), token, false), tell);
  }
  const lost = new AbortController();
  const lock = keepLock(job, options, () => {
    tell(`${cell.cell}: the queue has given it to another worker; it ends here.`);
    lost.abort();
  });
  const signal = AbortSignal.any([options.signal, run.left.signal, lost.signal]);
  try {
    const { record, problem } = await computed(cell, job, run, { ...options, signal });
    if (record === null) {
      if (options.signal.aborted && !lost.signal.aborted && !run.left.signal.aborted) {
        await finish(job, () => job.moveToWait(token), tell);
      }
      return;
    }
    if (record.status === 'failed') {
      const why = firstLine(record.error);
      const error = isLastAttempt(job) ? new UnrecoverableError(why) : new Error(why);
      await finish(job, () => job.moveToFailed(error, token, false), tell);
    } else {
      await putInNeeding(record, run);
      await finish(job, () => job.moveToCompleted(null, token, false), tell);
    }
    const again = record.status === 'failed' && !isLastAttempt(job) ? ' It is tried again.' : '';
    const error = errorOf(record);
    tell(`${cell.cell}: ${record.status}${error === null ? '.' : `: ${firstLine(error)}`}${again}`);
    if (problem !== null) throw problem;
  } finally {
    lock.stop();
  }
}

/** The cell of the plan that a job names; null: none. */
function cellOf(job: Job<CellJob>, { cells }: JoinedRun): QueuedCell | null {
  const named = cellJobSchema.safeParse(job.data);
  const cell = named.success ? cells.get(named.data.id) : undefined;
  return cell !== undefined && cell.cell === named.data?.cell && job.id === jobIdOf(cell) ? cell : null;
}

/** The attempt that a job is at, from 1; it has no more than `opts.attempts`, nor may workers vanish with it as often. */
function attemptOf({ attemptsMade }: Job<CellJob>): number {
  return attemptsMade + 1;
}

function isLastAttempt(job: Job<CellJob>): boolean {
  return job.deferredFailure !== undefined || attemptOf(job) >= (job.opts.attempts ?? 1);
}

/** The record that lies in the run's folder in the end; null where the cell was ended, or the run is over. */
async function computed(
  cell: QueuedCell,
  job: Job<CellJob>,
  run: JoinedRun,
  { compute, signal }: WorkOptions,
): Promise<{ record: CellRecord | null; problem: UsageError | null }> {
  const { store, settings, dataFolders, sharing } = run;
  await bringNeeds(cell, run);
  await sharing?.bring(cell);
  const keepsWeights = cell.isNeeded || settings.keepWeights;
  const there = await finishedIn(store, cell, keepsWeights);
  if (there !== null) return { record: there, problem: null };
  await sharing?.checkpoints.fetch(cell);
  const following = sharing?.checkpoints.follow(cell, tellProgress(job));
  const from = attemptStore(store);
  const startedAt = new Date();
  let problem: UsageError | null = null;
  try {
    const { device, threads, arithmetic, keepWeights } = settings;
    const own = { device, threads, arithmetic, keepWeights, dataFolders };
    const record =
      vanished(job, cell, startedAt) ??
      (await compute(
        cell,
        { ...own, store: from, neededStore: store, checkpointStore: store },
        signal,
        following?.listener ?? tellProgress(job),
      ).catch((error) => {
        if (!(error instanceof UsageError)) throw error;
        problem = error;
        return failedRecord(cell, error.message, startedAt, new Date());
      }));
    await following?.ended();
    if (sharing !== undefined) await fetchOffer(store, sharing.shared);
    // A run that began anew in this folder must not be given what was computed for the one before.
    if (record === null || (await offeredRun(store)) !== run.id) return { record: null, problem };
    const target = { cell, from, store, keepsWeights, attempt: attemptOf(job) };
    const published = await publish(record, target);
    return { record: sharing === undefined ? published : await sharing.publish(cell, published), problem };
  } finally {
    await rm(from.outDir, { recursive: true, force: true });
  }
}

/** Copies what a cell reads of others, and these of others, into the run's folder, where machines share that in a store. */
async function bringNeeds({ needs }: PlannedCell, run: JoinedRun): Promise<void> {
  const { sharing, cells, store } = run;
  if (sharing === undefined) return;
  for (const { id } of needs) {
    const need = cells.get(id);
    if (need === undefined || (await finishedIn(store, need, true)) !== null) continue;
    await bringNeeds(need, run);
    await sharing.bring(need);
  }
}

/** The record of a cell with which too many workers have vanished; null of any other. */
function vanished(job: Job<CellJob>, cell: PlannedCell, now: Date): CellRecord | null {
  if (job.deferredFailure === undefined) return null;
  const times = job.stalledCounter;
  const error = `${times} workers that computed it ended, or lost the queue, without a word (killed? out of memory?).`;
  return failedRecord(cell, error, now, now);
}

/** Puts in those of the cells that need a completed one for which all else is there, too. */
async function putInNeeding({ id, status }: CellRecord, run: JoinedRun): Promise<void> {
  const { needing, store, queues } = run;
  const able: PlannedCell[] = [];
  for (const cell of status === 'completed' ? (needing.get(id) ?? []) : []) {
    await bringNeeds(cell, run);
    const ready = await allCompleted(store, cell, id);
    if (ready && (await readRecord(store, cell)) === null) able.push(cell);
  }
  await queues.add(able);
}

/** @param done a cell that is known to be completed */
async function allCompleted(store: Store, { needs }: PlannedCell, done: string): Promise<boolean> {
  for (const need of needs) {
    if (need.id !== done && (await readRecord(store, need))?.status !== 'completed') return false;
  }
  return true;
}

function tellProgress(job: Job<CellJob>): WorkerListener {
  let last = Number.NEGATIVE_INFINITY;
  // A sign that does not arrive is followed by the next one.
  const send = (message: WorkerMessage) => void job.updateProgress(message).catch(() => {});
  return {
    onProgress(progress) {
      if (performance.now() - last < progressMs) return;
      last = performance.now();
      send({ type: 'progress', progress });
    },
    onPoint: (point) => send({ type: 'point', point }),
  };
}

/** Renews a job's lock until it is stopped, or lost to another worker. */
function keepLock(job: Job<CellJob>, { token, lockMs }: WorkOptions, onLost: () => void): { stop(): void } {
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    job
      .extendLock(token, lockMs)
      .then((held) => {
        if (held === 1 || stopped) return;
        stop();
        onLost();
      })
      // A server that is full or away may take the next one.
      .catch(() => {})
      .finally(() => {
        asking = false;
      });
  }, lockMs / 3);
  let stopped = false;
  function stop(): void {
    stopped = true;
    clearInterval(timer);
  }
  return { stop };
}

/** Tells the queue how a job ended. Where it cannot be told, the job goes to another worker, which finds the record. */
async function finish(job: Job<CellJob>, end: () => Promise<unknown>, tell: (line: string) => void): Promise<void> {
  try {
    await end();
  } catch (error) {
    tell(`${job.id}: the queue could not be told that it ended: ${whyOf(error)}`);
  }
}
