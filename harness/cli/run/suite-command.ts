import { programDigest } from '../../program.ts';
import { readVersions } from '../../run/records/run-file.ts';
import { runSuite } from '../../run/run-suite.ts';
import { checkoutFolder, workerPath } from '../checkout.ts';
import { type Io, withInterruption } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { searchPlaces } from './data-folder.ts';
import { listCommand } from './list-command.ts';
import { planCommand, planRun } from './plan-command.ts';
import { outputFolder } from './select-suite.ts';
import type { SuiteOptions } from './suite-options.ts';

/** Milliseconds that a worker has between SIGTERM and SIGKILL. */
export const killAfterMs = 5000;

/** Runs a suite. With --json, stdout gets one object with the result, and everything else goes to stderr. */
export async function suiteCommand(
  name: string | undefined,
  options: SuiteOptions,
  commandLine: string[],
  io: Io,
): Promise<number> {
  if (options.list === true) return listCommand(name, options, io);
  if (options.plan === true) return planCommand(name, options, io);
  const planned = await planRun(name, options, io, 'run');
  const { suite, profile, profileSpec, cells, plan, dataFolders, dataNotes, refusals } = planned;
  const stream = options.json === true ? io.stderr : io.stdout;
  const outDir = outputFolder(options.out, suite.name, profile);
  const jobs = options.jobs ?? defaultJobs(options.threads);
  for (const line of dataNotes) stream.write(`${line}\n`);
  const dataDir = searchPlaces({ data: options.data, env: io.env, checkout: checkoutFolder() }).named?.folder ?? null;
  const versions = await readVersions(checkoutFolder());
  const result = await withInterruption(io, (signal) =>
    runSuite({
      suite: suite.name,
      title: suite.title,
      profile,
      note: profileSpec.note,
      notes: planned.notes,
      margin: profileSpec.margin,
      cells,
      plan,
      refusals,
      outDir,
      dataFolders,
      dataDir,
      jobs,
      versions,
      commandLine,
      signal,
      stream,
      killAfterMs,
      threads: options.threads,
      device: options.device,
      keepWeights: options.keepWeights === true,
      fresh: options.fresh === true,
      retry: options.retry,
      failFast: options.failFast === true,
      verbose: options.verbose === true,
      program: programDigest(),
      check: options.check !== false,
      strict: options.strict === true,
      settings: { ...options, jobs, data: dataDir ?? undefined, out: outDir },
      workerPath: io.workerPath ?? workerPath(),
      baselinesDir: io.baselinesDir,
    }),
  );
  stream.write(`${result.summary.trimEnd()}\n`);
  if (options.json === true) {
    const { exitCode, verdicts, files, notes } = result;
    const counts = { planned: cells.length, ended: result.records.length };
    const object = { suite: suite.name, profile, out: outDir, exit_code: exitCode, ...counts, verdicts, files, notes };
    io.stdout.write(`${JSON.stringify(object, null, 2)}\n`);
  }
  return result.exitCode;
}
