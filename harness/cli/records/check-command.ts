import { UsageError } from '../../errors.ts';
import type { CellRecord, Verdict } from '../../record.ts';
import { checkAgainstBaseline } from '../../run/conclude.ts';
import { exitCodeOf, exitCodes } from '../../run/exit-code.ts';
import { readRunFile } from '../../run/records/run-file.ts';
import { isTrial } from '../../trial-notes.ts';
import type { Io } from '../io.ts';
import { readStoredRuns, type StoredRunOptions } from './stored-run.ts';

export interface CheckCommandOptions extends StoredRunOptions {
  strict?: boolean;
  json?: boolean;
}

/** Prints the verdicts of existing records against the stored baselines. Writes no file. */
export async function checkCommand(name: string | undefined, options: CheckCommandOptions, io: Io): Promise<number> {
  const runs = await readStoredRuns(name, options, io);
  const records = runs.flatMap((run) => run.records);
  refuseTrialsAlone(records, io);
  const verdicts: Verdict[] = [];
  let missing = 0;
  for (const { suite, profile, profileSpec, outDir, records: own } of runs) {
    if (options.only === undefined) missing += await missingCells(outDir, own.length, io);
    verdicts.push(
      ...(await checkAgainstBaseline(own, {
        suite: suite.name,
        profile,
        margin: profileSpec.margin,
        baselinesDir: io.baselinesDir,
      })),
    );
  }
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  } else {
    for (const { verdict, reason } of verdicts) io.stdout.write(`${verdict.padEnd(12)}  ${reason}\n`);
    io.stdout.write(`${countsOf(verdicts)}.\n`);
  }
  const exitCode = exitCodeOf({ records, verdicts, strict: options.strict === true, interrupted: false });
  // As with failed cells, this goes before inconclusive.
  return missing > 0 ? exitCodes.regressed : exitCode;
}

/** Tells which records are left out because they were tried out. Throws UsageError where no other is there. */
function refuseTrialsAlone(records: readonly CellRecord[], io: Io): void {
  const trials = records.filter(isTrial);
  if (trials.length === 0) return;
  const names = trials.map(({ cell }) => cell).join(', ');
  if (trials.length < records.length) {
    io.stderr.write(`Left out, as they were tried out with --set or --limit: ${names}.\n`);
    return;
  }
  throw new UsageError(
    `check: all records were tried out with --set or --limit, and meet no baseline: ${names}. Run the suite without.`,
  );
}

/** How many cells of the last run have no record: cells that are not there cannot have passed. */
async function missingCells(outDir: string, records: number, io: Io): Promise<number> {
  const run = await readRunFile(outDir);
  const missing = Math.max(0, (run?.planned ?? 0) - records);
  if (missing > 0) {
    io.stderr.write(
      `${outDir}: ${missing} of ${run?.planned} planned cells have no record; run the suite to the end.\n`,
    );
  }
  return missing;
}

function countsOf(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return `${verdicts.length} cells: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`;
}
