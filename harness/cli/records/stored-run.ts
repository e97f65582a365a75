import { access } from 'node:fs/promises';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { chosenBy } from '../../name-matcher.ts';
import type { CellRecord } from '../../record.ts';
import { type Coverage, coverageOf } from '../../run/records/coverage.ts';
import { type RunFile, readRunFile } from '../../run/records/run-file.ts';
import { hasRecords, readRecords, type StoredRecords, storeAt } from '../../run/records/store.ts';
import type { ProfileName } from '../../spec/words.ts';
import type { Io } from '../io.ts';
import { outputFolder, type SelectedSuite, selectSuite, suitesWith } from '../run/select-suite.ts';

/** What an output folder holds of one suite and profile, and what it owes. */
export interface StoredRun extends SelectedSuite, Coverage {
  outDir: string;
  /** Null: nothing says which cells were planned. */
  run: RunFile | null;
}

export interface StoredRunOptions {
  profile?: string;
  out?: string;
  /** Globs on cell names. */
  only?: string[];
}

/** Names that `--only` may choose beside those of a folder: what the baseline holds. */
export type Beside = (of: { suite: string; profile: ProfileName }) => Promise<readonly string[]>;

const nothingBeside: Beside = async () => [];

/** A run, and the names beside it. */
interface Choosable {
  run: StoredRun;
  beside: readonly string[];
}

/**
 * Reads one suite's records and run.json; damaged records are named on stderr. Throws UsageError where the folder neither
 * holds nor owes a record.
 */
export async function readStoredRun(
  name: string | undefined,
  options: StoredRunOptions,
  io: Io,
  beside: Beside = nothingBeside,
): Promise<StoredRun> {
  const selected = selectSuite(name, options.profile ?? 'smoke');
  const outDir = outputFolder(options.out, selected.suite.name, selected.profile);
  const stored = await readStored(outDir, io);
  const run = coveredRun(selected, { outDir, stored, run: await readRunFile(outDir) });
  return (await onlyChosen([run], options.only, beside))[0]!;
}

interface Folder {
  outDir: string;
  stored: StoredRecords;
  run: RunFile | null;
}

function coveredRun(selected: SelectedSuite, { outDir, stored, run }: Folder): StoredRun {
  const { suite, profile } = selected;
  if (run?.command_line[0] === 'tune') {
    throw new UsageError(
      `${outDir} holds what npm run tune tried: its report is there, and its choices are stored with the baselines. ` +
        'Name the folder of a suite that ran.',
    );
  }
  const coverage = coverageOf(stored, run, { suite: suite.name, profile });
  if (coverage.records.length + coverage.missing.length > 0) return { ...selected, ...coverage, outDir, run };
  const [first] = stored.records;
  const other = first === undefined ? '' : ` (it holds ${first.suite}, profile ${first.profile})`;
  throw new UsageError(
    `${outDir} holds no records of ${suite.name}, profile ${profile}${other}. Run the suite first: ` +
      `npm run suite -- ${suite.name} --profile ${profile}; or name its folder with --out.`,
  );
}

/**
 * The runs with the cells that `--only` chooses, without those that have none of them.
 *
 * @throws UsageError naming the globs that match no cell of any run
 */
async function onlyChosen(
  runs: readonly StoredRun[],
  only: readonly string[] | undefined,
  besideOf: Beside,
): Promise<StoredRun[]> {
  if (only === undefined) return [...runs];
  const all = await Promise.all(
    runs.map(async (run): Promise<Choosable> => {
      return { run, beside: await besideOf({ suite: run.suite.name, profile: run.profile }) };
    }),
  );
  const names = all.flatMap(({ run: { records, missing }, beside }) => {
    return [...new Set([...records.map(({ cell }) => cell), ...missing, ...beside])];
  });
  const folders = [...new Set(runs.map(({ outDir }) => outDir))].join(', ');
  const chosen = new Set(chosenBy(only, names, (name) => name, `${names.length} cells in ${folders}`));
  return all.flatMap(({ run, beside }) => {
    const records = run.records.filter(({ cell }) => chosen.has(cell));
    const missing = run.missing.filter((cell) => chosen.has(cell));
    const isChosen = records.length + missing.length > 0 || beside.some((cell) => chosen.has(cell));
    return isChosen ? [{ ...run, records, missing }] : [];
  });
}

/**
 * Reads what --out names, or without a suite's name all that it holds, or every default output folder that holds or owes
 * records.
 */
export async function readStoredRuns(
  name: string | undefined,
  options: StoredRunOptions,
  io: Io,
  beside: Beside = nothingBeside,
): Promise<StoredRun[]> {
  if (name !== undefined) return [await readStoredRun(name, options, io, beside)];
  const { profile: named } = options;
  if (named !== undefined) suitesWith(named);
  if (options.out !== undefined) return readWholeFolder(options.out, options, io, beside);
  const runs: StoredRun[] = [];
  for (const suite of suites) {
    for (const profile of Object.keys(suite.profiles)) {
      if (options.profile !== undefined && options.profile !== profile) continue;
      const outDir = outputFolder(undefined, suite.name, profile);
      const isUsed = (await hasRecords(storeAt(outDir))) || (await readRunFile(outDir)) !== null;
      if (isUsed) runs.push(await readStoredRun(suite.name, { profile }, io));
    }
  }
  if (runs.length === 0)
    throw new UsageError('There are no records to read. Run a suite first: npm run suite -- <suite>');
  return onlyChosen(runs, options.only, beside);
}

/** Every suite and profile that a folder holds or owes records of. */
async function readWholeFolder(out: string, options: StoredRunOptions, io: Io, beside: Beside): Promise<StoredRun[]> {
  const outDir = outputFolder(out, '', '');
  const stored = await readStored(outDir, io);
  const run = await readRunFile(outDir);
  const found = [...(run === null ? [] : [run]), ...stored.records].filter(
    ({ profile }) => options.profile === undefined || options.profile === profile,
  );
  const kinds = new Map(found.map(({ suite, profile }) => [JSON.stringify([suite, profile]), { suite, profile }]));
  if (kinds.size === 0) throw new UsageError(`--out ${out}: holds no records. Run a suite into it first.`);
  const runs = [...kinds.values()].map(({ suite, profile }) =>
    coveredRun(selectSuite(suite, profile), { outDir, stored, run }),
  );
  return onlyChosen(runs, options.only, beside);
}

/** All valid records of a folder that must exist. */
export async function readFolder(outDir: string, io: Io): Promise<CellRecord[]> {
  return (await readStored(outDir, io)).records;
}

/** The same of a folder that must hold some. @param command for messages */
export async function recordsIn(command: string, outDir: string, io: Io): Promise<CellRecord[]> {
  const records = await readFolder(outDir, io);
  if (records.length > 0) return records;
  throw new UsageError(`${command}: ${outDir} holds no records; name a folder given to --out.`);
}

async function readStored(outDir: string, io: Io): Promise<StoredRecords> {
  try {
    await access(outDir);
  } catch (error) {
    throw new UsageError(`There is no folder ${outDir}. Run the suite first, or name its folder with --out.`, {
      cause: error,
    });
  }
  const stored = await readRecords(storeAt(outDir), { quarantine: false });
  for (const warning of stored.warnings) io.stderr.write(`${warning}\n`);
  return stored;
}
