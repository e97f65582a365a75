import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { Device } from '../../run/protocol.ts';
import { sampleRecords } from '../../run/records/verify.ts';
import { fileDatasetOf } from '../../run/run-data.ts';
import { runVerify } from '../../run/run-verify.ts';
import { workerPath } from '../checkout.ts';
import { type Io, withInterruption } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { findData } from '../run/plan-command.ts';
import { killAfterMs } from '../run/suite-command.ts';
import { locateMethods } from './locate-methods.ts';
import { readFolder, readStoredRun, type StoredRunOptions } from './stored-run.ts';

export interface VerifyCommandOptions extends StoredRunOptions {
  sample: number;
  seed: number;
  jobs?: number;
  /** Files of methods that may be run. */
  method?: string[];
  device: Device;
  data?: string;
  json?: boolean;
}

/** Executes a seeded sample of stored cells again and compares the final weights. */
export async function verifyCommand(name: string, options: VerifyCommandOptions, io: Io): Promise<number> {
  const { records: stored, profileSpec, outDir } = await readStoredRun(name, options, io);
  const sample = sampleRecords(stored, options.sample, options.seed);
  const records = await locateMethods(sample, options.method);
  if (records.length === 0) throw new UsageError(`${outDir} holds no completed record to verify. Run the suite first.`);
  const datasets = [...new Set(records.flatMap((record) => fileDatasetOf(record) ?? []))];
  const dataFolders = await findData(datasets, options, io);
  const missing = datasets.filter((dataset) => dataFolders[dataset] === undefined);
  if (missing.length > 0) {
    throw new UsageError(
      `The stored cells were trained on ${missing.join(', ')}, not found here. Name the folder with --data.`,
    );
  }
  const stream = options.json === true ? io.stderr : io.stdout;
  const neededIds = new Set(records.flatMap(({ needs }) => needs.map(({ id }) => id)));
  const kept = neededIds.size === 0 ? [] : await readFolder(outDir, io);
  const needed = kept.filter((record) => record.status !== 'failed').filter(({ id }) => neededIds.has(id));
  const { results, interrupted } = await withInterruption(io, async (signal) => ({
    results: await runVerify({
      records,
      outDir,
      needed,
      dataFolders,
      killAfterMs,
      signal,
      stream,
      device: options.device,
      jobs: options.jobs ?? defaultJobs(1),
      timeLimitSeconds: profileSpec.timeLimitSeconds,
      workerPath: io.workerPath ?? workerPath(),
    }),
    interrupted: signal.aborted,
  }));
  if (options.json === true) io.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  for (const { cell, result, reason } of results) stream.write(`${result.padEnd(14)}  ${cell}: ${reason}\n`);
  if (interrupted) return exitCodes.interrupted;
  const broken = results.some(({ result }) => result === 'differs' || result === 'failed');
  if (broken) return exitCodes.regressed;
  return results.some(({ result }) => result === 'reproduced') ? exitCodes.passed : exitCodes.inconclusive;
}
