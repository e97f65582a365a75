import { UsageError } from '../../errors.ts';
import type { CellRecord, Verdict } from '../../record.ts';
import { checkAgainstBaseline } from '../../run/conclude.ts';
import { exitCodeOf } from '../../run/exit-code.ts';
import { lacksOf } from '../../run/records/coverage.ts';
import { isTrial } from '../../trial-notes.ts';
import type { Io } from '../io.ts';
import { readStoredRuns, type StoredRun, type StoredRunOptions } from './stored-run.ts';

export interface CheckCommandOptions extends StoredRunOptions {
  strict?: boolean;
  json?: boolean;
}

/** Prints the verdicts of existing records against the stored baselines, and what has no record. Writes no file. */
export async function checkCommand(name: string | undefined, options: CheckCommandOptions, io: Io): Promise<number> {
  const runs = await readStoredRuns(name, options, io);
  const records = runs.flatMap((run) => run.records);
  const missing = runs.flatMap((run) => run.missing);
  refuseTrialsAlone(records, io);
  const verdicts: Verdict[] = [];
  for (const { suite, profile, profileSpec, run, records: own } of runs) {
    const night = run?.night;
    const settings = { suite: suite.name, profile, night, margin: profileSpec.margin, baselinesDir: io.baselinesDir };
    verdicts.push(...(await checkAgainstBaseline(own, settings)));
  }
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  } else {
    for (const { verdict, reason } of verdicts) io.stdout.write(`${verdict.padEnd(12)}  ${reason}\n`);
    for (const cell of missing) io.stdout.write(`${'missing'.padEnd(12)}  ${cell}: was planned, but has no record.\n`);
    io.stdout.write(`${countsOf([...verdicts.map(({ verdict }) => verdict), ...missing.map(() => 'missing')])}.\n`);
  }
  const lacking = runs.flatMap(tellLacks(io));
  return exitCodeOf({
    records,
    verdicts,
    strict: options.strict === true,
    interrupted: false,
    whole: lacking.length === 0,
  });
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

/** Tells what a run lacks: cells that are not there cannot have passed. */
function tellLacks(io: Io): (run: StoredRun) => string[] {
  return (run) => {
    const lacks = lacksOf(run);
    const { outDir } = run;
    for (const lack of lacks) io.stderr.write(`${outDir}: ${lack}\n`);
    if (lacks.length > 0) {
      io.stderr.write(`${outDir}: run the suite into it to the end, as before: it goes on where it stopped.\n`);
    }
    return lacks;
  };
}

function countsOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return `${names.length} cells: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`;
}
