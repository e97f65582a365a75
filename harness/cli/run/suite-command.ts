import { join } from 'node:path';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { arithmeticIn, engineEnvironment } from '../../engine/environment.ts';
import { UsageError } from '../../errors.ts';
import type { Arithmetic } from '../../fingerprint.ts';
import { programDigest } from '../../program.ts';
import type { Executor } from '../../run/executor.ts';
import { exitCodeOfHistory, exitCodes } from '../../run/exit-code.ts';
import { type RunFile, readVersions } from '../../run/records/run-file.ts';
import { dataDigests } from '../../run/run-data.ts';
import { type RunSuiteResult, runSuite } from '../../run/run-suite.ts';
import { usableMemory } from '../../setup/machine.mjs';
import { estimatedOn, type Rates } from '../../spec/cost.ts';
import type { ProfileName } from '../../spec/words.ts';
import { checkoutFolder, workerPath } from '../checkout.ts';
import { calibratedRates } from '../doctor/calibration-file.ts';
import { gateOf } from '../gate.ts';
import { type Io, table, withInterruption } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { arithmeticFor, ownProcessor } from './arithmetic.ts';
import { searchPlaces } from './data-folder.ts';
import { runInLooks } from './escalate.ts';
import { runSuspectNight } from './escalate-night.ts';
import { listCommand } from './list-command.ts';
import { nightOfRun } from './night-option.ts';
import { type PlannedRun, planCommand, planRun } from './plan-command.ts';
import { askedSuites, outputFolder, selectSuite } from './select-suite.ts';
import type { SuiteOptions } from './suite-options.ts';

/** Milliseconds that a worker has between SIGTERM and SIGKILL. */
export const killAfterMs = 5000;

/** A suite that is planned, and where it goes. */
export interface Ready {
  planned: PlannedRun;
  outDir: string;
  /** The date that decided its seeds. */
  night?: string | undefined;
  arithmetic: Arithmetic;
  /** What was measured of this machine; null: nothing. */
  rates: Rates | null;
}

/** A suite that ran. */
interface Ended extends Ready {
  result: RunSuiteResult;
}

/**
 * Runs suites, one after the other, once all are planned; an interruption ends the sequence. With --json, stdout gets
 * one object with the result, of several suites a list of them, and everything else goes to stderr.
 */
export async function suiteCommand(
  names: readonly string[],
  options: SuiteOptions,
  commandLine: string[],
  io: Io,
): Promise<number> {
  if (options.list === true) return listCommand(names, options, io);
  if (options.plan === true) return planCommand(names, options, io);
  const stream = options.json === true ? io.stderr : io.stdout;
  if (options.history !== undefined && (options.all === true || names.length > 1)) {
    throw new UsageError('--history: is the file of one suite; name one suite, or leave it away.');
  }
  const ready = await planAll(askedSuites(names, options), options, io);
  const versions = await readVersions(checkoutFolder());
  const { ended, interrupted } = await withInterruption(io, async (signal) => {
    const done: Ended[] = [];
    for (const next of ready) {
      if (signal.aborted) break;
      for (const line of next.planned.dataNotes) stream.write(`${line}\n`);
      const ended = await runReady(next, { options, commandLine, versions, io, signal, stream });
      stream.write(`${ended.result.summary.trimEnd()}\n`);
      done.push(ended);
    }
    return { ended: done, interrupted: signal.aborted && done.length < ready.length };
  });
  if (ready.length > 1) stream.write(sequenceText(ready, ended));
  if (options.json === true) {
    const objects = ended.map(resultObject);
    io.stdout.write(`${JSON.stringify(ready.length > 1 ? objects : (objects[0] ?? null), null, 2)}\n`);
  }
  return worstOf([...ended.map(({ result }) => result.exitCode), ...(interrupted ? [exitCodes.interrupted] : [])]);
}

interface RunContext {
  options: SuiteOptions;
  commandLine: string[];
  versions: RunFile['versions'];
  io: Io;
  signal: AbortSignal;
  stream: NodeJS.WritableStream & { isTTY?: boolean };
}

/** Runs one suite; with --escalate it goes on where it is not decided, or in a night where the history is suspect. */
async function runReady(
  ready: Ready,
  { options, commandLine, versions, io, signal, stream }: RunContext,
): Promise<Ended> {
  let { fresh } = options;
  const run = async (planned: PlannedRun) => {
    const own = runOptions({ ...ready, planned }, { ...options, ...(fresh === undefined ? {} : { fresh }) }, io);
    // What the first part has finished, the next ones keep.
    fresh = false;
    const executor = await executorOf(own, { options, versions, stream });
    return runSuite({ ...own, executor, commandLine, versions, signal, stream });
  };
  const { planned, night } = ready;
  if (options.escalate !== true) return { ...ready, result: await run(planned) };
  const escalating = { planned, options, io, signal, stream, run };
  if (night === undefined) return { ...ready, ...(await runInLooks(escalating)) };
  const { verdict, ...ended } = await runSuspectNight({ ...escalating, night });
  const code = verdict === null ? exitCodes.passed : exitCodeOfHistory[verdict];
  return { ...ready, ...ended, result: { ...ended.result, exitCode: worstOf([ended.result.exitCode, code]) } };
}

/** The workers of the queue that was named; undefined: none was, and this process computes. */
async function executorOf(
  own: ReturnType<typeof runOptions>,
  { options, versions, stream }: Pick<RunContext, 'options' | 'versions' | 'stream'>,
): Promise<Executor | undefined> {
  if (options.queue === undefined) return undefined;
  const { queueExecutor } = await import('../../run/queue/queue-executor.ts');
  const { suite, profile, program, device, threads, arithmetic, keepWeights, cells, fresh } = own;
  const { node: _node, ...ofCheckout } = versions;
  return queueExecutor({
    address: options.queue,
    settings: { suite, profile, versions: ofCheckout, program, device, threads, arithmetic, keepWeights },
    cells,
    dataDigest: dataDigests(own.dataFolders),
    fresh,
    tell: (line) => void stream.write(`${line}\n`),
  });
}

/** All plans, and a look at all baselines: what is wrong with the last suite is told before the first one runs. */
async function planAll(names: readonly string[], options: SuiteOptions, io: Io): Promise<Ready[]> {
  const ready: Ready[] = [];
  for (const name of names) {
    const { suite, profile } = selectSuite(name, options.profile);
    const several = names.length > 1 && options.out !== undefined;
    const out = several ? join(options.out ?? '', `${suite.name}-${profile}`) : options.out;
    const outDir = outputFolder(out, suite.name, profile);
    const night = await nightOfRun({ suite: suite.name, profile, outDir }, options, io);
    const planned = await planRun(name, { ...options, ...(night === undefined ? {} : { night }) }, io, 'run');
    if (options.check !== false) await readBaseline(suite.name, profile, io.baselinesDir);
    const arithmetic = recordedArithmetic(options, profile, io.env);
    const rates = options.device === 'cpu' ? await calibratedRates(io.env, arithmetic) : null;
    ready.push({ planned, outDir, night, arithmetic, rates });
  }
  return ready;
}

/** What the records will say: who sets the variables of portable arithmetic gets it. */
export function recordedArithmetic(options: SuiteOptions, profile: ProfileName, env: NodeJS.ProcessEnv): Arithmetic {
  const chosen = arithmeticFor(options, profile, ownProcessor());
  return options.device === 'cpu' ? arithmeticIn(engineEnvironment(env, chosen)) : chosen;
}

/** What a run is told of its plan and options. */
export function runOptions({ planned, outDir, night, arithmetic, rates }: Ready, options: SuiteOptions, io: Io) {
  const { suite, profile, profileSpec, plan, dataFolders, notes, refusals } = planned;
  // Shards were made of the reference machine's estimates, which are the same everywhere.
  const cells = rates === null ? planned.cells : estimatedOn(rates, planned.cells);
  // Workers of a queue look at their own machines' memory.
  const isChecked = options.overcommit !== true && options.device === 'cpu' && options.queue === undefined;
  const jobs = options.jobs ?? defaultJobs(options.threads);
  const dataDir = searchPlaces({ data: options.data, env: io.env, checkout: checkoutFolder() }).named?.folder ?? null;
  return {
    suite: suite.name,
    title: suite.title,
    profile,
    night,
    note: profileSpec.note,
    notes,
    margin: profileSpec.margin,
    gate: gateOf(suite, profile, options.only),
    cells,
    plan,
    calibrated: rates !== null,
    memoryBytes: isChecked ? usableMemory() : null,
    refusals,
    outDir,
    dataFolders,
    dataDir,
    jobs,
    killAfterMs,
    threads: options.threads,
    device: options.device,
    arithmetic,
    keepWeights: options.keepWeights === true,
    fresh: options.fresh === true,
    sharedStore: options.store,
    retry: options.retry,
    failFast: options.failFast === true,
    verbose: options.verbose === true,
    program: programDigest(),
    check: options.check !== false,
    escalates: options.escalate === true,
    strict: options.strict === true,
    settings: {
      ...options,
      portable: arithmetic === 'portable',
      jobs,
      data: dataDir ?? undefined,
      out: outDir,
      queue: options.queue?.shown,
      store: options.store?.shown,
    },
    workerPath: io.workerPath ?? workerPath(),
    baselinesDir: io.baselinesDir,
  };
}

/** How each suite of a sequence ended, a line each. */
function sequenceText(ready: readonly Ready[], ended: readonly Ended[]): string {
  const rows = ready.map(({ planned: { suite, profile, cells }, outDir }, at) => {
    const result = ended[at]?.result;
    const records = `${result?.records.length ?? 0} of ${cells.length} cells`;
    return [suite.name, profile, result === undefined ? 'not run' : `exit code ${result.exitCode}`, records, outDir];
  });
  return `\nSuites:\n${table(rows)}`;
}

function resultObject({ planned, outDir, result }: Ended) {
  const { suite, profile, cells } = planned;
  const { exitCode, verdicts, files, notes } = result;
  const counts = { planned: cells.length, ended: result.records.length };
  return { suite: suite.name, profile, out: outDir, exit_code: exitCode, ...counts, verdicts, files, notes };
}

/** From the best to the worst. */
const ranking: readonly number[] = [
  exitCodes.passed,
  exitCodes.inconclusive,
  exitCodes.unaccepted,
  exitCodes.regressed,
  exitCodes.usage,
  exitCodes.interrupted,
];

/** The worst of the exit codes of suites that ran one after the other. */
export function worstOf(codes: readonly number[]): number {
  return codes.reduce(
    (worst, code) => (ranking.indexOf(code) > ranking.indexOf(worst) ? code : worst),
    ranking[0] ?? 0,
  );
}
