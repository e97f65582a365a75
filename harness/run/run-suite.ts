import { join } from 'node:path';
import { readBaseline } from '../../baselines/baseline-file.ts';
import type { Gate } from '../../baselines/gate.ts';
import { removeReport } from '../../reports/write-report.ts';
import { UsageError } from '../errors.ts';
import { explainFileError } from '../file-errors.ts';
import type { Arithmetic } from '../fingerprint.ts';
import { boundedList, cleanText } from '../foreign-text.ts';
import type { CellRecord, Verdict } from '../record.ts';
import { acquireLock, LockHeldError } from '../setup/lock.mjs';
import { makeFolder } from '../setup/make-folder.mjs';
import { conclude } from './conclude.ts';
import { type RunDescription, type RunFacts, runDescription } from './describe-run.ts';
import { estimateErrors, estimateText } from './estimate-errors.ts';
import type { Executor } from './executor.ts';
import { exitCodeOf, exitCodeOfError, failsOf } from './exit-code.ts';
import { localPool } from './local-pool.ts';
import { refuseUnfitting } from './memory-fit.ts';
import { formatDuration } from './progress-estimate.ts';
import type { Device } from './protocol.ts';
import { type Resumed, resumeStore } from './records/resume.ts';
import { type RunFile, readRunFile, writeRunFile } from './records/run-file.ts';
import { type Store, storeAt } from './records/store.ts';
import { dataDigests } from './run-data.ts';
import { runRemaining } from './run-remaining.ts';
import { type SharedRun, sharedRun } from './shared/shared-run.ts';
import type { SharedStore } from './shared/shared-store.ts';
import type { StoreAddress } from './shared/store-address.ts';

export interface RunSuiteOptions extends RunFacts {
  title: string;
  /** What the profile reduces against the published schedule; for the reports. */
  note: string;
  /** Margin of the check, in the metric's unit. */
  margin: number;
  /** What the profile plans, and what this run asks about. */
  gate: Gate;
  /** Further notes for the reports. */
  notes?: readonly string[];
  outDir: string;
  /** The folder that `--data` or the environment named, absolute; null: they named none. */
  dataDir?: string | null;
  jobs: number;
  /** Where other machines share the records, weights and checkpoints; left out: nowhere. */
  sharedStore?: StoreAddress | undefined;
  /** What brings cells to records; left out: the pool of this process. */
  executor?: Executor | undefined;
  threads: number;
  device: Device;
  arithmetic: Arithmetic;
  /** Keep the final weights of all cells. */
  keepWeights?: boolean;
  /** Put earlier records aside, delete checkpoints. */
  fresh: boolean;
  /** Whether the cells' times are estimated by what was measured of this machine. */
  calibrated?: boolean;
  /** Memory that the cells may take together; null, or left out: whatever they take. */
  memoryBytes?: number | null;
  /** Digest of the code that decides results. */
  program: string;
  check: boolean;
  /** Whether arms that are not decided get more seeds: the check's looks then share its level. */
  escalates?: boolean | undefined;
  strict: boolean;
  /** Times that a failed cell runs again, at the end; left out: none. */
  retry?: number | undefined;
  /** Stop after the first failed cell. */
  failFast?: boolean;
  /** A line for each part of a training. */
  verbose?: boolean;
  /** The results alone count: neither speeds nor definitions are asked for. */
  resultOnly?: boolean;
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
 * failed and after an interruption. From the moment that records may change until the end, no report lies in the
 * folder, and run.json says that the run has not ended; where something is thrown, run.json says that it ended so.
 * Throws UsageError where another run holds the output folder or the disk is full.
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
  // A damaged baseline is told before hours of training, not after; so is a GPU or a queue that cannot be used.
  if (options.check) await readBaseline(options.suite, options.profile, options.baselinesDir);
  const executor = options.executor ?? localPool(options);
  const executorNotes = await executor.prepare();
  let shared: SharedStore | undefined;
  try {
    shared = await options.sharedStore?.open(options);
    return await runPrepared(store, options, { executor, executorNotes, shared });
  } finally {
    await executor.close();
    await shared?.close();
  }
}

async function runPrepared(
  store: Store,
  options: RunSuiteOptions,
  prepared: Pick<Prepared, 'executor' | 'executorNotes' | 'shared'>,
): Promise<RunSuiteResult> {
  const dataDigest = dataDigests(options.dataFolders);
  const earlier = await earlierRun(store.outDir, options);
  refuseOtherCommand(store.outDir, earlier, options.commandLine);
  const describe = runDescription(options, earlier);
  await writeRunFile(store.outDir, describe({ state: 'running', resumed: 0, records: [] }));
  try {
    await removeReport(store.outDir);
    return await runBegun(store, options, { ...prepared, describe, dataDigest });
  } catch (error) {
    await endRun(store, describe({ state: 'ended', resumed: 0, records: [], exitCode: exitCodeOfError(error) }));
    throw error;
  }
}

/** A grid's cells and those of a suite are no one run: in one folder a training could count twice. */
function refuseOtherCommand(outDir: string, earlier: RunFile | null, commandLine: readonly string[]): void {
  const [before, now] = [earlier?.command_line[0], commandLine[0]];
  const differ = before === 'tune' ? now !== 'tune' : before === 'suite' && now === 'tune';
  if (!differ) return;
  throw new UsageError(`${outDir} holds what npm run ${before} ran; name another folder for ${now} with --out.`);
}

/** Leaves nothing behind that tells of a run which went well. */
async function endRun({ outDir }: Store, run: RunFile): Promise<void> {
  try {
    await removeReport(outDir);
    await writeRunFile(outDir, run);
  } catch {
    // On a full disk the reason to stop comes again: it is told already, and run.json still says 'not ended'.
  }
}

/** What the folder's run.json says of an earlier run of the suite and profile; null where there is none to go by. */
async function earlierRun(outDir: string, { suite, profile, stream }: RunSuiteOptions): Promise<RunFile | null> {
  try {
    const run = await readRunFile(outDir);
    return run?.suite === suite && run.profile === profile ? run : null;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stream.write(`${join(outDir, 'run.json')} is damaged: it is written anew, and what it said is lost.\n`);
    return null;
  }
}

/** What a run has found out before its folder changes. */
interface Prepared {
  executor: Executor;
  /** What the reports need to say of it. */
  executorNotes: readonly string[];
  shared: SharedStore | undefined;
  describe: RunDescription;
  dataDigest: ReturnType<typeof dataDigests>;
}

async function runBegun(
  store: Store,
  options: RunSuiteOptions,
  { executor, executorNotes, shared, describe, dataDigest }: Prepared,
): Promise<RunSuiteResult> {
  const { cells, signal, stream, refusals = [] } = options;
  const sharing = shared === undefined ? undefined : sharingOf(store, shared, { ...options, dataDigest });
  const strange = (await sharing?.begin(cells, options)) ?? [];
  const resumed = await resumeStore(store, cells, { ...options, dataDigest, alone: !executor.elsewhere });
  await sharing?.publishAll(cells, resumed.finished);
  const { jobs, memoryBytes = null } = options;
  if (memoryBytes !== null) refuseUnfitting(resumed.remaining, { jobs, bytes: memoryBytes });
  const notes = [...notesOf(options, resumed), ...strange, ...executorNotes];
  for (const line of [...notes, ...outlookOf(options, resumed)]) stream.write(`${line}\n`);
  const counted = { resumed: resumed.finished.length };
  await writeRunFile(store.outDir, describe({ ...counted, state: 'running', records: resumed.finished }));

  const command = options.commandLine[0] === 'tune' ? 'tune' : 'suite';
  const ended = await runRemaining(store, resumed, {
    ...options,
    executor,
    shared: sharing,
    heldOut: command === 'tune',
  });
  const byName = new Map([...resumed.finished, ...ended].map((record) => [record.cell, record]));
  const records = cells.flatMap((cell) => byName.get(cell.cell) ?? []);
  const missing = cells.map(({ cell }) => cell).filter((cell) => !byName.has(cell));
  const interrupted = signal.aborted && missing.length > 0;
  if (interrupted) {
    notes.push(`Interrupted: ${missing.length} of ${cells.length} cells did not finish; run it again to go on.`);
  }
  const stop = !signal.aborted && missing.length > 0 ? [stoppedNote(missing, cells.length)] : [];
  notes.push(...stop);
  const gaps = refusals.map((reason) => `Not planned: ${reason}`);
  const fails = failsOf(options.profile, options.strict);
  const conclusion = await conclude({
    ...options,
    command,
    fails,
    outDir: store.outDir,
    records,
    missing,
    gaps,
    notes,
  });
  const { verdicts, files, summary } = conclusion;
  const whole = missing.length + gaps.length === 0;
  const exitCode = exitCodeOf({ records, verdicts, fails, interrupted, whole });
  await writeRunFile(
    store.outDir,
    describe({ ...counted, state: interrupted ? 'interrupted' : 'ended', records, exitCode }),
  );
  const estimates = estimateText(estimateErrors(cells, ended), options.calibrated === true);
  const told = [...stop, summary.trimEnd(), ...(estimates === '' ? [] : [estimates])].join('\n');
  return { exitCode, records, verdicts, summary: told, files, notes };
}

function sharingOf(
  store: Store,
  shared: SharedStore,
  options: RunSuiteOptions & Pick<Prepared, 'dataDigest'>,
): SharedRun {
  const { keepWeights = false, stream } = options;
  const tell = (line: string) => void stream.write(`${line}\n`);
  return sharedRun({ store, shared, computation: options, keepWeights, tell });
}

/** Which cells did not run, after a run that stops at its first failure. */
function stoppedNote(missing: readonly string[], planned: number): string {
  const left = boundedList(missing).join(', ');
  return `Stopped at the first failure (--fail-fast): ${missing.length} of ${planned} cells did not run: ${left}`;
}

async function lockFolder(store: Store, purpose: string): Promise<{ release(): void | Promise<void> }> {
  try {
    makeFolder(store.recordsDir);
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
    throw explainFileError(error, {
      done: 'used',
      of: `--out ${store.outDir}`,
      remedy: 'choose another folder with --out',
    });
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
  return notes.map((line) => cleanText(line));
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
