import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readBaseline } from '../../baselines/baseline-file.ts';
import { UsageError } from '../errors.ts';
import type { CellRecord, Verdict } from '../record.ts';
import { acquireLock, LockHeldError } from '../setup/lock.mjs';
import type { PlannedCell } from '../spec/cell.ts';
import type { ProfileName } from '../spec/words.ts';
import { conclude } from './conclude.ts';
import { exitCodeOf } from './exit-code.ts';
import { findGpus } from './gpu/gpu-devices.ts';
import { type GpuSlots, gpuSlots } from './gpu/gpu-slots.ts';
import { runPool } from './pool.ts';
import { startProgress } from './progress.ts';
import { formatDuration } from './progress-estimate.ts';
import type { DataFolders, Device } from './protocol.ts';
import { type Resumed, resumeStore } from './records/resume.ts';
import { type RunFile, writeRunFile } from './records/run-file.ts';
import { type Store, storeAt } from './records/store.ts';
import { dataDigests } from './run-data.ts';

export interface RunSuiteOptions {
  suite: string;
  title: string;
  profile: ProfileName;
  /** What the profile reduces against the published schedule; for the reports. */
  note: string;
  /** Margin of the check, in the metric's unit. */
  margin: number;
  /** The cells of this run, in the plan's order. */
  cells: readonly PlannedCell[];
  /** Number of cells of the whole plan, before --only and --shard. */
  cellsOfPlan: number;
  /** Further notes for the reports. */
  notes?: readonly string[];
  /** Why cells that were asked for could not be planned: the run does not pass. */
  refusals?: readonly string[];
  outDir: string;
  dataFolders: DataFolders;
  /** The folder that `--data` or the environment named, absolute; null: they named none. */
  dataDir?: string | null;
  jobs: number;
  threads: number;
  device: Device;
  /** Keep the final weights of all cells. */
  keepWeights?: boolean;
  /** Put earlier records aside, delete checkpoints. */
  fresh: boolean;
  /** Digest of the code that decides results. */
  program: string;
  check: boolean;
  strict: boolean;
  /** For run.json. */
  commandLine: string[];
  settings: Record<string, unknown>;
  versions: RunFile['versions'];
  workerPath: string;
  /** Milliseconds between SIGTERM and SIGKILL of a worker. */
  killAfterMs: number;
  baselinesDir?: string | undefined;
  /** The first interruption; workers are ended, finished work is kept, the reports are written. */
  signal: AbortSignal;
  /** Where lines and the bar go. */
  stream: NodeJS.WritableStream & { isTTY?: boolean };
}

export interface RunSuiteResult {
  exitCode: number;
  records: CellRecord[];
  verdicts: Verdict[];
  summary: string;
  files: string[];
  notes: string[];
}

/**
 * Runs cells to their records and concludes: lock, resume, pool, check, reports. Reports are also written where cells
 * failed and after an interruption. Throws UsageError where another run holds the output folder or the disk is full.
 */
export async function runSuite(options: RunSuiteOptions): Promise<RunSuiteResult> {
  const store = storeAt(options.outDir);
  const lock = await lockFolder(store, `${options.suite} ${options.profile}`);
  try {
    return await runLocked(store, options);
  } finally {
    await lock.release();
  }
}

async function runLocked(store: Store, options: RunSuiteOptions): Promise<RunSuiteResult> {
  const { cells, signal, stream } = options;
  const startedAt = new Date().toISOString();
  // A damaged baseline is told before hours of training, not after.
  if (options.check) await readBaseline(options.suite, options.profile, options.baselinesDir);
  const found = options.device === 'gpu' ? await findGpus(process.env) : null;
  const resumed = await resumeStore(store, cells, { ...options, dataDigest: dataDigests(options.dataFolders) });
  const notes = [...notesOf(options, resumed), ...(found?.notes ?? [])];
  const slots = found === null ? undefined : gpuSlots(found.gpus);
  for (const record of resumed.finished) slots?.learn(record);
  for (const line of [...notes, ...outlookOf(options, resumed)]) stream.write(`${line}\n`);
  const describe = (end: Ending) => runFileOf(options, startedAt, resumed, end);
  await writeRunFile(store.outDir, describe({ records: resumed.finished, exitCode: null, interrupted: false }));

  const ended = await runRemaining(store, resumed, options, slots);
  const byName = new Map([...resumed.finished, ...ended].map((record) => [record.cell, record]));
  const records = cells.flatMap((cell) => byName.get(cell.cell) ?? []);
  const interrupted = signal.aborted && records.length < cells.length;
  if (interrupted) {
    notes.push(
      `Interrupted: ${cells.length - records.length} of ${cells.length} cells did not finish; run it again to go on.`,
    );
  }
  const planned = cells.length;
  const { verdicts, files, summary } = await conclude({ ...options, outDir: store.outDir, records, planned, notes });
  const refused = (options.refusals ?? []).length > 0;
  const exitCode = exitCodeOf({ records, verdicts, strict: options.strict, interrupted, refused });
  await writeRunFile(store.outDir, describe({ records, exitCode, interrupted }));
  return { exitCode, records, verdicts, summary, files, notes };
}

async function runRemaining(
  store: Store,
  { remaining: cells, finished }: Resumed,
  options: RunSuiteOptions,
  slots: GpuSlots | undefined,
): Promise<CellRecord[]> {
  if (cells.length === 0) return [];
  const { jobs, stream } = options;
  const progress = startProgress({ cells, jobs, stream, now: () => performance.now() });
  try {
    return await runPool(cells, {
      ...options,
      store,
      finished,
      gpuSlots: slots,
      onProgress: progress.cellProgress,
      onRecord: progress.cellFinished,
    });
  } finally {
    progress.stop();
  }
}

async function lockFolder(store: Store, purpose: string): Promise<{ release(): void | Promise<void> }> {
  try {
    await mkdir(store.recordsDir, { recursive: true });
    return await acquireLock(join(store.outDir, 'run.lock'), { purpose });
  } catch (error) {
    if (error instanceof LockHeldError) {
      const { pid, host, startedAt } = error.holder;
      throw new UsageError(
        `${store.outDir} is in use by another run: process ${pid} on ${host}, started ${startedAt}. ` +
          'Wait for it, end it, or choose another folder with --out. If it no longer runs, delete run.lock there ' +
          '(one killed in a container is let go after a minute).',
        { cause: error },
      );
    }
    if (error instanceof Error && 'code' in error) {
      throw new UsageError(`--out ${store.outDir}: the folder cannot be used (${error.message}).`, { cause: error });
    }
    throw error;
  }
}

/** What readers of the report need to know too. */
function notesOf(options: RunSuiteOptions, { others, warnings }: Resumed): string[] {
  const { note, notes: further = [], refusals = [] } = options;
  const left = refusals.map((reason) => `Not run: ${reason}`);
  const notes = [note, ...further, ...left, ...warnings];
  if (others.length > 0) {
    notes.push(`${others.length} other records in the folder are not part of this run and stay out of its reports.`);
  }
  return notes;
}

/** What only the person who waits needs to know: the report tells the data from the records. */
function outlookOf({ cells, jobs, dataFolders }: RunSuiteOptions, { finished, remaining }: Resumed): string[] {
  const source = Object.values(dataFolders).join(', ') || 'generated';
  const seconds =
    remaining.reduce((sum, cell) => sum + cell.estimatedSeconds, 0) / Math.max(1, Math.min(jobs, remaining.length));
  const data = cells.some(({ dataset }) => dataset !== null) ? [`Data: ${source}.`] : [];
  const lines = [...data, `${remaining.length} of ${cells.length} cells to run, about ${formatDuration(seconds)}.`];
  if (finished.length > 0) lines.push(`${finished.length} finished before are kept; --fresh runs them again.`);
  return lines;
}

interface Ending {
  records: readonly CellRecord[];
  exitCode: number | null;
  interrupted: boolean;
}

function runFileOf(options: RunSuiteOptions, startedAt: string, resumed: Resumed, ending: Ending): RunFile {
  const having = (status: CellRecord['status']) => ending.records.filter((record) => record.status === status).length;
  const folders = Object.values(options.dataFolders);
  return {
    version: 1,
    suite: options.suite,
    profile: options.profile,
    command_line: options.commandLine,
    options: options.settings,
    versions: options.versions,
    data:
      folders.length === 0
        ? { source: 'generated', folder: null }
        : { source: 'files', folder: folders.join(delimiter) },
    started_at: startedAt,
    finished_at: ending.exitCode === null ? null : new Date().toISOString(),
    cells_of_plan: options.cellsOfPlan,
    planned: options.cells.length,
    resumed: resumed.finished.length,
    completed: having('completed'),
    diverged: having('diverged'),
    failed: having('failed'),
    interrupted: ending.interrupted,
    exit_code: ending.exitCode,
  };
}
