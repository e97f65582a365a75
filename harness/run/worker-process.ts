import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../errors.ts';
import { cleanText } from '../foreign-text.ts';
import { withoutSource } from '../methods/from-file/in-file.ts';
import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import type { CellPoint, CellProgress } from '../tasks/context.ts';
import { explainGpuFailure } from './gpu/gpu-failure.ts';
import { type DataFolders, type Device, parseWorkerMessage, type WorkerRequest } from './protocol.ts';
import { failedRecord } from './records/failed-record.ts';
import { checkpointDir, logPath, readRecord, removeResults, type Store, writeRecord } from './records/store.ts';
import { dataDirOf } from './run-data.ts';
import { logOutput } from './worker-log.ts';
import { type WorkerStart, workerStart } from './worker-start.ts';

export interface WorkerSettings extends Omit<WorkerStart, 'env'> {
  store: Store;
  dataFolders: DataFolders;
  device: Device;
  threads: number;
  /** UUID of the one GPU that the worker sees; undefined or null: as this process does. */
  gpu?: string | null;
  /** The store that holds the cells that others need; left out: that of the run. */
  neededStore?: Store;
  /** The store that holds the checkpoints; left out: that of the run. */
  checkpointStore?: Store;
  /** Keep the final weights of all cells, also where no other one needs them. */
  keepWeights?: boolean | undefined;
  /** False: what workers print is not kept in the store. */
  logs?: boolean;
  /** Of cells the result alone counts: neither speeds nor definitions are asked for. */
  resultOnly?: boolean;
  /** Milliseconds between SIGTERM and SIGKILL for a worker that does not end. */
  killAfterMs: number;
}

/** Told what a worker says on its way. */
export interface WorkerListener {
  onProgress(progress: CellProgress): void;
  onPoint(point: CellPoint): void;
}

/** Characters of a failed worker's error output that its record keeps. */
const tailLength = 2000;
/** Characters that are collected of it: what its cleaning leaves out does not count. */
const keptOutput = 8 * tailLength;
/** The longest delay that timers keep exactly; longer ones fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Milliseconds after which a cell is ended, for a timer. */
export function timeLimitMs({ timeLimitSeconds }: PlannedCell): number {
  return Math.min(timeLimitSeconds * 1000, longestTimerMs);
}

/**
 * Runs one cell in its own process. Resolves to the record, which then lies in the store: the worker's own or, where
 * the worker crashed, was killed, exceeded the cell's time limit or ended without a record, one with status `failed`
 * that says why; so does a worker that sends what is no message. Resolves to null where `signal` ended the worker. A
 * checkpoint is removed only after a finished record. Throws UsageError where the disk is full or the worker met bad
 * input, which the other cells would meet too: what a worker with code of a method's file says only fails its cell.
 */
export async function runInWorker(
  cell: PlannedCell,
  settings: WorkerSettings,
  signal: AbortSignal,
  listener: WorkerListener,
): Promise<CellRecord | null> {
  const { store, checkpointStore = store } = settings;
  const startedAt = new Date();
  // What is found afterwards must be this worker's.
  await removeResults(store, cell);
  const end = await runProcess(cell, settings, signal, listener);
  const written = await readRecord(store, cell);
  if (written !== null && !(end !== 'interrupted' && end.distrusted)) {
    if (written.status !== 'failed') await rm(checkpointDir(checkpointStore, cell), { recursive: true, force: true });
    return written;
  }
  if (end === 'interrupted') return null;
  return writeRecord(store, failedRecord(cell, end.error, startedAt, new Date()));
}

/** Why a worker left no record; one that is `distrusted` may have left one all the same. */
interface Failure {
  error: string;
  distrusted: boolean;
}

async function runProcess(
  cell: PlannedCell,
  settings: WorkerSettings,
  signal: AbortSignal,
  listener: WorkerListener,
): Promise<'interrupted' | Failure> {
  const { store, device, gpu } = settings;
  const env = gpu ? { CUDA_VISIBLE_DEVICES: gpu } : {};
  const { program, args, options } = workerStart({ ...settings, env });
  const subprocess = execa(program, args, {
    ...options,
    // What a broken worker prints has no bound: only the tail is kept here.
    buffer: false,
    timeout: timeLimitMs(cell),
    forceKillAfterDelay: settings.killAfterMs,
    cancelSignal: signal,
  });
  let said: { message: string; usage: boolean } | null = null as { message: string; usage: boolean } | null;
  let strange: string | null = null as string | null;
  subprocess.on('message', (came: unknown) => {
    const read = parseWorkerMessage(came);
    if ('strange' in read) {
      strange ??= `The worker sent what is no message of the harness, and was ended: ${read.strange}`;
      subprocess.kill();
    } else if (read.message.type === 'progress') listener.onProgress(read.message.progress);
    else if (read.message.type === 'point') listener.onPoint(read.message.point);
    else if (read.message.type === 'error') said = read.message;
  });
  // The address that a method's file is loaded from would fill the output with its source.
  const named = (text: string) => (cell.origin === undefined ? text : withoutSource(text, cell.origin));
  const { logs = true } = settings;
  const log = logOutput(logs ? logPath(store, cell.cell) : null, [subprocess.stdout, subprocess.stderr]);
  const tail = tailOf(subprocess.stderr, named);
  const request = requestOf(cell, settings);
  // A worker that is gone before it is told anything is reported by its own end.
  const [result] = await Promise.all([subprocess, subprocess.sendMessage(request).catch(() => {})]);
  const logged = log.close();
  if (signal.aborted) return 'interrupted';
  const output = tail();
  const cause = device === 'gpu' ? explainGpuFailure(`${said?.message ?? ''}\n${output}`) : null;
  const explained = (text: string) => (cause === null ? text : `${text}\n${cause}`);
  if (said?.usage === true && cell.origin === undefined)
    throw new UsageError(explained(`${cell.cell}: ${said.message}`));
  const reason = explained(
    strange === null && said !== null ? said.message : inName(cell, strange ?? reasonOf(cell, result)),
  );
  const lines = [reason];
  if (logged !== null) lines.push(`All that the worker printed is in ${relative(store.outDir, logged)}.`);
  if (output !== '') lines.push(`Last error output of the worker:\n${output}`);
  return { error: lines.join('\n'), distrusted: strange !== null };
}

/** What the settings tell a worker to do with a cell. */
export function requestOf(cell: PlannedCell, settings: WorkerSettings, stays = false): WorkerRequest {
  const {
    store,
    checkpointStore = store,
    neededStore = store,
    dataFolders,
    device,
    threads,
    resultOnly = false,
  } = settings;
  const folders = { dataDir: dataDirOf(cell, dataFolders), checkpointDir: checkpointDir(checkpointStore, cell) };
  return {
    cell,
    context: { ...folders, device, threads, resultOnly },
    outDir: store.outDir,
    neededDir: neededStore.outDir,
    keepsWeights: cell.isNeeded || settings.keepWeights === true,
    stays,
  };
}

/** What is said of a worker's end, with the file first whose method ran in it. */
function inName({ origin, config }: PlannedCell, what: string): string {
  return origin === undefined ? what : `${origin}: method ${config.method}: ${what}`;
}

interface ProcessEnd {
  timedOut: boolean;
  isForcefullyTerminated: boolean;
  signal?: string | undefined;
  signalDescription?: string | undefined;
  exitCode?: number | undefined;
  shortMessage?: string | undefined;
}

function reasonOf(cell: PlannedCell, end: ProcessEnd): string {
  if (end.timedOut) {
    const how = end.isForcefullyTerminated ? 'SIGTERM, then SIGKILL' : 'SIGTERM';
    return `The cell ran longer than its time limit of ${cell.timeLimitSeconds} s and was ended (${how}).`;
  }
  if (end.signal !== undefined) {
    const hint = end.signal === 'SIGKILL' ? ' Where memory ran out, use fewer --jobs.' : '';
    return `The worker was killed by ${end.signal} (${end.signalDescription ?? 'no description'}).${hint}`;
  }
  if (end.exitCode === undefined) return `The worker could not be started: ${end.shortMessage ?? 'no reason given'}`;
  return `The worker ended with exit code ${end.exitCode} and left no record.`;
}

/** What TensorFlow says at every start, whatever the log level; it would hide the error. */
const startupLines = /^(WARNING: All log messages before absl.*|I\d{4} .*)\n?/gm;

/** Collects the end of a stream's text; `renamed` is applied before it is cut. */
function tailOf(stream: NodeJS.ReadableStream, renamed: (text: string) => string): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptOutput);
  });
  return () => cleanText(renamed(text).replace(startupLines, ''), keptOutput).trim().slice(-tailLength);
}
