import { acceptRecords } from '../../../baselines/accept.ts';
import { type Baseline, valueOfEntry } from '../../../baselines/baseline.ts';
import { readBaseline, writeBaseline } from '../../../baselines/baseline-file.ts';
import { UsageError } from '../../errors.ts';
import { freshSeeds } from '../../night.ts';
import { lacksOf } from '../../run/records/coverage.ts';
import type { Io } from '../io.ts';
import { readStoredRun, type StoredRun, type StoredRunOptions } from './stored-run.ts';

/** Stores the records of a run as the new baseline, and tells what changed. */
export async function acceptCommand(
  name: string,
  options: StoredRunOptions & { why: string },
  io: Io,
): Promise<number> {
  const run = await readStoredRun(name, options, io);
  refusePartial(run);
  const { suite, profile, records: stored } = run;
  const night = run.run?.night;
  const fresh = new Set(night === undefined ? [] : freshSeeds(suite.name, profile, night));
  const lasting = stored.filter(({ seed }) => !fresh.has(seed));
  if (lasting.length < stored.length) {
    io.stdout.write(
      `${stored.length - lasting.length} records of the night's fresh seeds are left out: they belong to its history.\n`,
    );
  }
  // A baseline holds what every checkout can repeat.
  const records = lasting.filter(({ config }) => config.methodDigest === undefined);
  if (records.length === 0)
    throw new UsageError('accept: all records are of methods from files, which have no baseline.');
  const left = lasting.length - records.length;
  if (left > 0) io.stdout.write(`${left} records of methods from files are left out: they have no baseline.\n`);
  const previous = await readBaseline(suite.name, profile, io.baselinesDir);
  const next = acceptRecords(records, previous, options.why);
  if (next === previous) {
    io.stdout.write(`Nothing to change: the baseline of ${suite.name}, ${profile}, holds these results already.\n`);
    return 0;
  }
  const path = await writeBaseline(next, io.baselinesDir);
  for (const line of changesBetween(previous, next)) io.stdout.write(`${line}\n`);
  io.stdout.write(`Wrote ${path}: ${next.cells.length} cells.\n`);
  return 0;
}

/** A baseline is made of whole runs: what was to be measured and was not would be missed by no later check. */
function refusePartial(stored: StoredRun): void {
  const { outDir } = stored;
  const lacks = lacksOf(stored);
  if (lacks.length === 0) return;
  throw new UsageError(
    `accept: ${outDir} is not a whole run: ${lacks.join(' ')} Run the suite into it to the end, as before: it goes on ` +
      'where it stopped; or leave out the cells that are missing with --only.',
  );
}

/** One line for each entry that was added, replaced or removed; equal entries are counted in the last line. */
export function changesBetween(previous: Baseline | null, next: Baseline): string[] {
  const before = new Map((previous?.cells ?? []).map((entry) => [entry.cell, entry]));
  const lines: string[] = [];
  let unchanged = 0;
  for (const entry of next.cells) {
    const old = before.get(entry.cell);
    before.delete(entry.cell);
    if (old === undefined) lines.push(`added     ${entry.cell}: value ${valueOfEntry(entry)}`);
    else if (JSON.stringify(old) === JSON.stringify(entry)) unchanged++;
    else
      lines.push(
        `replaced  ${entry.cell}: value ${valueOfEntry(old)} -> ` +
          `${valueOfEntry(entry)}${old.id === entry.id ? '' : ', new id'}`,
      );
  }
  for (const cell of before.keys()) lines.push(`removed   ${cell}`);
  return [...lines, `${unchanged} unchanged.`];
}
