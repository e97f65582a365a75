import type { Verdict } from '../record.ts';
import { checkAgainstBaseline } from '../run/conclude.ts';
import { exitCodeOf } from '../run/exit-code.ts';
import type { Io } from './io.ts';
import { readStoredRuns, type StoredRunOptions } from './stored-run.ts';

export interface CheckCommandOptions extends StoredRunOptions {
  strict?: boolean;
  json?: boolean;
}

/** Prints the verdicts of existing records against the stored baselines. Writes no file. */
export async function checkCommand(name: string | undefined, options: CheckCommandOptions, io: Io): Promise<number> {
  const runs = await readStoredRuns(name, options, io);
  const records = runs.flatMap((run) => run.records);
  const verdicts: Verdict[] = [];
  for (const { suite, profile, profileSpec, records: own } of runs) {
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
  return exitCodeOf({ records, verdicts, strict: options.strict === true, interrupted: false });
}

function countsOf(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return `${verdicts.length} cells: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`;
}
