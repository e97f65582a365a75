import { isDeepStrictEqual } from 'node:util';
import { writeFileAtomically } from '../../atomic-file.ts';
import { UsageError } from '../../errors.ts';
import { nameMatcher } from '../../name-matcher.ts';
import type { CellRecord } from '../../record.ts';
import { readWeightFile, weightsIn } from '../../weight-file.ts';
import { endedBy } from '../describe-run.ts';
import { conflictsOf, placedRecords, planOf } from './merge-conflicts.ts';
import type { MergeSource } from './merge-sources.ts';
import { onlyOf, type RunFile } from './run-file.ts';
import { type Store, storeAt, weightsPath } from './store.ts';

/** What sources come to. */
export interface Merged {
  /** In the order of the cells' names. */
  records: CellRecord[];
  /** Names of the cells that were asked for, of the whole plan or of what all sources' `--only` keeps, and have no record. */
  missing: string[];
  /** Names of the cells with a record that the plan does not hold: they are left out. */
  unplanned: string[];
  /** What else keeps them from being a whole run, a sentence each. */
  gaps: string[];
}

/**
 * Joins the records of shards. A failed record gives way to a finished one.
 *
 * @throws UsageError naming all that keeps the sources from being parts of one run
 */
export function mergeSources(sources: readonly MergeSource[]): Merged {
  const conflicts = conflictsOf(sources);
  if (conflicts.length > 0) {
    throw new UsageError(
      `${conflicts.map((conflict) => `merge: ${conflict}.`).join('\n')}\nMerge shards of one run only, made by one ` +
        'version of the program on the same data.',
    );
  }
  const kept = new Map<string, CellRecord>();
  for (const { record } of placedRecords(sources)) {
    if ((kept.get(record.cell)?.status ?? 'failed') === 'failed') kept.set(record.cell, record);
  }
  const plan = planOf(sources);
  const isAsked = nameMatcher(commonOnly(sources) ?? ['*']);
  const all = [...kept.values()].sort((a, b) => (a.cell < b.cell ? -1 : 1));
  const isPlanned = ({ cell }: CellRecord) => plan === null || plan[cell] !== undefined;
  const records = all.filter(isPlanned);
  return {
    records,
    missing: Object.keys(plan ?? {}).filter((cell) => isAsked(cell) && !kept.has(cell)),
    unplanned: all.filter((record) => !isPlanned(record)).map(({ cell }) => cell),
    gaps: [
      ...(plan === null ? unnamed(sources, records.length) : []),
      ...refusalsOf(sources).map((reason) => `Not planned: ${reason}`),
    ],
  };
}

/** The globs of `--only` that all sources were given, sorted; null: they were given others, or one was given none. */
export function commonOnly(sources: readonly MergeSource[]): readonly string[] | null {
  const [first = null, ...others] = sources.map(({ run }) => onlyOf(run)?.toSorted() ?? null);
  return others.every((only) => isDeepStrictEqual(only, first)) ? first : null;
}

/** Where no run.json has names, as before they were recorded, numbers must do. */
function unnamed([first]: readonly MergeSource[], records: number): string[] {
  const planned = first?.run.cells_of_plan ?? 0;
  return records < planned ? [`${planned - records} of ${planned} planned cells have no record.`] : [];
}

function refusalsOf(sources: readonly MergeSource[]): string[] {
  return [...new Set(sources.flatMap(({ run }) => run.refusals ?? []))];
}

/**
 * The `run.json` of a merged folder: what was planned is the whole plan, or what all sources' `--only` keeps of it. Without
 * an exit code it has not ended.
 */
export function mergedRunFile(
  sources: readonly MergeSource[],
  { records, missing }: Merged,
  commandLine: string[],
  exitCode: number | null,
): RunFile {
  const [first] = sources;
  if (first === undefined) throw new Error('a merge has no source');
  const plan = planOf(sources);
  const planned = plan === null ? first.run.cells_of_plan : records.length + missing.length;
  const refusals = refusalsOf(sources);
  const only = commonOnly(sources);
  const present = new Set([...records.map(({ cell }) => cell), ...missing]);
  const owed = Object.entries(plan ?? {}).filter(([cell]) => present.has(cell));
  return {
    ...first.run,
    command_line: commandLine,
    options: { merged: sources.map(({ outDir }) => outDir), ...(only === null ? {} : { only }) },
    started_at: sources.map(({ run }) => run.started_at).sort()[0] ?? '',
    finished_at: exitCode === null ? null : new Date().toISOString(),
    cells_of_plan: plan === null ? planned : Object.keys(plan).length,
    planned,
    ...(plan === null ? {} : { plan_cells: plan, planned_cells: Object.fromEntries(owed) }),
    ...(refusals.length === 0 ? {} : { refusals }),
    resumed: 0,
    ...endedBy(records),
    interrupted: records.length < planned,
    exit_code: exitCode,
  };
}

/** Copies the kept weights of the merged cells into another store. */
export async function mergeWeights(
  sources: readonly MergeSource[],
  records: readonly CellRecord[],
  to: Store,
): Promise<void> {
  for (const record of records) {
    if (record.status === 'failed' || record.weights_digest === null) continue;
    const key = { id: record.id, digest: record.weights_digest };
    for (const { outDir } of sources) {
      // Weights of another result may lie beside: they are not these.
      const file = await readWeightFile(weightsPath(storeAt(outDir), record));
      if (file === null || weightsIn(file, key) === null) continue;
      await writeFileAtomically(weightsPath(to, record), file);
      break;
    }
  }
}
