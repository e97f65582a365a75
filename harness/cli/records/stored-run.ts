import { access } from 'node:fs/promises';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { nameMatcher } from '../../name-matcher.ts';
import type { CellRecord } from '../../record.ts';
import { readRecords, storeAt } from '../../run/records/store.ts';
import type { Io } from '../io.ts';
import { outputFolder, type SelectedSuite, selectSuite } from '../run/select-suite.ts';

/** The records that an output folder holds of one suite and profile. */
export interface StoredRun extends SelectedSuite {
  outDir: string;
  records: CellRecord[];
}

export interface StoredRunOptions {
  profile?: string;
  out?: string;
  /** Globs on cell names. */
  only?: string[];
}

/** Reads one suite's records; damaged files are named on stderr. Throws UsageError where there is none. */
export async function readStoredRun(name: string | undefined, options: StoredRunOptions, io: Io): Promise<StoredRun> {
  const selected = selectSuite(name, options.profile ?? 'smoke');
  const { suite, profile } = selected;
  const outDir = outputFolder(options.out, suite.name, profile);
  const all = await readFolder(outDir, io);
  const matches = options.only === undefined ? () => true : nameMatcher(options.only);
  const own = all.filter((record) => record.suite === suite.name && record.profile === profile);
  const records = own.filter((record) => matches(record.cell));
  if (own.length > 0 && records.length === 0) {
    throw new UsageError(
      `--only ${options.only?.join(' --only ')}: matches none of ${own.length} records in ${outDir}.`,
    );
  }
  if (records.length === 0) {
    const other = all[0] === undefined ? '' : ` (it holds ${all[0].suite}, profile ${all[0].profile})`;
    throw new UsageError(
      `${outDir} holds no records of ${suite.name}, profile ${profile}${other}. Run the suite first: ` +
        `npm run suite -- ${suite.name} --profile ${profile}; or name its folder with --out.`,
    );
  }
  return { ...selected, outDir, records };
}

/** Reads what --out names, or without a suite's name every default output folder that has records. */
export async function readStoredRuns(
  name: string | undefined,
  options: StoredRunOptions,
  io: Io,
): Promise<StoredRun[]> {
  if (name !== undefined) return [await readStoredRun(name, options, io)];
  if (options.out !== undefined) {
    const [first] = await readFolder(outputFolder(options.out, '', ''), io);
    if (first === undefined) throw new UsageError(`--out ${options.out}: holds no records. Run a suite into it first.`);
    return [await readStoredRun(first.suite, { profile: first.profile, ...options }, io)];
  }
  const runs: StoredRun[] = [];
  for (const suite of suites) {
    for (const profile of Object.keys(suite.profiles)) {
      if (options.profile !== undefined && options.profile !== profile) continue;
      const { records } = await readRecords(storeAt(outputFolder(undefined, suite.name, profile)), {
        quarantine: false,
      });
      if (records.length > 0) runs.push(await readStoredRun(suite.name, { ...options, profile }, io));
    }
  }
  if (runs.length === 0)
    throw new UsageError('There are no records to read. Run a suite first: npm run suite -- <suite>');
  return runs;
}

/** All valid records of a folder that must exist. */
export async function readFolder(outDir: string, io: Io): Promise<CellRecord[]> {
  try {
    await access(outDir);
  } catch (error) {
    throw new UsageError(`There is no folder ${outDir}. Run the suite first, or name its folder with --out.`, {
      cause: error,
    });
  }
  const { records, warnings } = await readRecords(storeAt(outDir), { quarantine: false });
  for (const warning of warnings) io.stderr.write(`${warning}\n`);
  return records;
}
