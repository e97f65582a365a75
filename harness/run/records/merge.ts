import { access, readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../../atomic-file.ts';
import { UsageError } from '../../errors.ts';
import { type CellRecord, type Fingerprint, gatedMetric, gatedValue } from '../../record.ts';
import { keptWeights } from './needed.ts';
import type { RunFile } from './run-file.ts';
import { readRunFile } from './run-file.ts';
import { readRecords, recordPath, type Store, storeAt, weightsPath } from './store.ts';

/** One output folder that is to be merged. */
export interface MergeSource {
  outDir: string;
  run: RunFile | null;
  records: readonly CellRecord[];
}

export interface Merged {
  records: CellRecord[];
  /** Cells of the whole plan, where a run.json tells; else the number of records. */
  planned: number;
}

/**
 * Reads an output folder. Throws UsageError where it holds no record, or a damaged one: a merge must not lose results.
 */
export async function readMergeSource(outDir: string): Promise<MergeSource> {
  try {
    await access(outDir);
  } catch (error) {
    throw new UsageError(`merge: there is no folder ${outDir}.`, { cause: error });
  }
  const { records, warnings } = await readRecords(storeAt(outDir), { quarantine: false });
  if (warnings.length > 0) throw new UsageError(`merge: ${warnings.join('\n')}\nRun that shard again to replace it.`);
  if (records.length === 0) throw new UsageError(`merge: ${outDir} holds no records; name the folder given to --out.`);
  return { outDir, run: await readRunFile(outDir), records };
}

interface Placed {
  record: CellRecord;
  path: string;
}

/**
 * Joins the records of shards. All must be of one suite and profile, made by equal versions of the program and the
 * engine; a cell found twice must have the same id and the same result. A failed record gives way to a finished one.
 * Throws UsageError naming both files otherwise.
 */
export function mergeSources(sources: readonly MergeSource[]): Merged {
  const placed = sources.flatMap(({ outDir, records }) =>
    records.map((record) => ({ record, path: recordPath(storeAt(outDir), record.cell) })),
  );
  const [first] = placed;
  if (first === undefined) throw new UsageError('merge: name at least one folder with records.');
  for (const other of placed) requireSameSuite(first, other);
  requireSameProgram(sources);
  requireSameEngine(placed);
  const kept = new Map<string, Placed>();
  for (const candidate of placed) {
    const { cell } = candidate.record;
    const known = kept.get(cell);
    kept.set(cell, known === undefined ? candidate : agreed(known, candidate));
  }
  requireSameNeeds(kept);
  const records = [...kept.values()].map(({ record }) => record).sort((a, b) => (a.cell < b.cell ? -1 : 1));
  const planned = Math.max(records.length, ...sources.map(({ run }) => run?.cells_of_plan ?? 0));
  return { records, planned };
}

/** The `run.json` of a merged folder; null where a source has none, since nothing then says how it was made. */
export function mergedRunFile(
  sources: readonly MergeSource[],
  merged: Merged,
  commandLine: string[],
  exitCode: number,
): RunFile | null {
  const runs = sources.flatMap(({ run }) => run ?? []);
  const [first] = runs;
  if (first === undefined || runs.length < sources.length) return null;
  const having = (status: CellRecord['status']) => merged.records.filter((record) => record.status === status).length;
  const missing = merged.planned - merged.records.length;
  return {
    ...first,
    command_line: commandLine,
    options: { merged: sources.map(({ outDir }) => outDir) },
    started_at: runs.map((run) => run.started_at).sort()[0]!,
    finished_at: new Date().toISOString(),
    cells_of_plan: merged.planned,
    planned: merged.planned,
    resumed: 0,
    completed: having('completed'),
    diverged: having('diverged'),
    failed: having('failed'),
    interrupted: missing > 0,
    exit_code: exitCode,
  };
}

function agreed(left: Placed, right: Placed): Placed {
  if (left.record.id !== right.record.id) {
    throw conflict(left, right, `the configuration differs (ids ${left.record.id} and ${right.record.id})`);
  }
  if (left.record.status === 'failed') return right;
  if (right.record.status === 'failed') return left;
  const [before, after] = [outcomeOf(left.record), outcomeOf(right.record)];
  const differing = Object.keys(before).find((field) => before[field] !== after[field]);
  if (differing === undefined) return left;
  throw conflict(left, right, `${differing} is ${before[differing]} and ${after[differing]}`);
}

/** What two runs of a cell must have in common, by name. */
function outcomeOf(record: Exclude<CellRecord, { status: 'failed' }>): Record<string, string | number | null> {
  const { status, weights_digest, result_digest } = record;
  return { status, weights_digest, [gatedMetric(record)]: gatedValue(record), result_digest };
}

/** A cell must have read what the needed cell's merged record gives. */
function requireSameNeeds(kept: ReadonlyMap<string, Placed>): void {
  const byId = new Map([...kept.values()].map((placed) => [placed.record.id, placed]));
  for (const placed of kept.values()) {
    const { record } = placed;
    if (record.status === 'failed') continue;
    for (const [at, { id, role, cell }] of record.needs.entries()) {
      const needed = byId.get(id);
      if (needed === undefined) {
        throw new UsageError(
          `merge: ${placed.path} reads from ${cell} (its ${role}), which no folder holds; merge that too.`,
        );
      }
      const given = needed.record.status === 'failed' ? 'none' : needed.record.result_digest;
      if (given === record.needed_digests[at]) continue;
      throw conflict(
        placed,
        needed,
        `the first read the result ${record.needed_digests[at]} of the second, which gives ${given}`,
      );
    }
  }
}

/** Copies the kept weights of the merged cells into another store. */
export async function mergeWeights(
  sources: readonly MergeSource[],
  records: readonly CellRecord[],
  to: Store,
): Promise<void> {
  for (const record of records) {
    if (record.status === 'failed') continue;
    for (const { outDir } of sources) {
      const from = storeAt(outDir);
      // Weights of another result may lie beside: they are not these.
      if ((await keptWeights(from, record)) === null) continue;
      await writeFileAtomically(weightsPath(to, record), await readFile(weightsPath(from, record)));
      break;
    }
  }
}

function requireSameSuite(left: Placed, right: Placed): void {
  for (const field of ['suite', 'profile'] as const) {
    if (left.record[field] !== right.record[field]) {
      throw conflict(left, right, `${field} is ${left.record[field]} and ${right.record[field]}`);
    }
  }
}

const engineFields = ['engine', 'tensorflow', 'binding'] as const satisfies readonly (keyof Fingerprint)[];

function requireSameEngine(placed: readonly Placed[]): void {
  const [left, ...others] = placed.flatMap(({ record, path }) =>
    record.status === 'failed' ? [] : [{ record, path, fingerprint: record.fingerprint }],
  );
  for (const right of others) {
    for (const field of engineFields) {
      const [a, b] = [left?.fingerprint[field], right.fingerprint[field]];
      if (left !== undefined && a !== b) throw conflict(left, right, `version of ${field} is ${a} and ${b}`);
    }
  }
}

function requireSameProgram(sources: readonly MergeSource[]): void {
  const [left, ...others] = sources.filter(({ run }) => run !== null);
  for (const right of others) {
    for (const field of ['factorbench', 'commit'] as const) {
      const [a, b] = [left?.run?.versions[field], right.run?.versions[field]];
      if (left !== undefined && a !== b) {
        throw new UsageError(
          `merge: ${left.outDir}/run.json and ${right.outDir}/run.json do not fit together: version (${field}) is ` +
            `${a} and ${b}. Run all shards with one version.`,
        );
      }
    }
  }
}

function conflict(left: Placed, right: Placed, what: string): UsageError {
  return new UsageError(
    `merge: ${left.path} and ${right.path} do not fit together: ${what}. Merge shards of one run only.`,
  );
}
