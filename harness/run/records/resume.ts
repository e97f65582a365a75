import { isDeepStrictEqual } from 'node:util';
import { type Arithmetic, arithmeticOf } from '../../fingerprint.ts';
import type { CellRecord, FinishedRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import type { Device } from '../protocol.ts';
import { keptWeights } from './needed.ts';
import { readRecords, removeTemporaryFiles, type Store, startAfresh, supersede } from './store.ts';

export interface Resumed {
  /** Finished by an earlier run, in the plan's order: skipped. */
  finished: FinishedRecord[];
  /** To run: without a record, or failed before. */
  remaining: PlannedCell[];
  /** Valid records of cells that are not planned now; they stay where they are. */
  others: CellRecord[];
  warnings: string[];
}

/** What a kept record must have been computed by and on, beside its configuration. */
export interface Computation {
  /** Digest of the code, as `programDigest` gives it. */
  program: string;
  threads: number;
  arithmetic: Arithmetic;
  device: Device;
  /** Digest of the data that a cell would be given now; null: nothing that can change. */
  dataDigest(cell: PlannedCell): Promise<string | null>;
}

export interface ResumeOptions {
  /** Run all cells again. */
  fresh: boolean;
  keepWeights?: boolean | undefined;
  /** False: workers of a queue may be writing into the store. */
  alone?: boolean;
}

/**
 * Prepares a store for the planned cells. A completed or diverged record with a cell's id, of the same computation,
 * makes it finished; a record of an earlier configuration or computation moves to the superseded ones; `fresh` moves
 * those of all planned cells. A cell whose weights a remaining one needs is finished only where they are kept, and with
 * `keepWeights` every cell. Hold the lock.
 */
export async function resumeStore(
  store: Store,
  cells: readonly PlannedCell[],
  { fresh, keepWeights = false, alone = true, ...computation }: Computation & ResumeOptions,
): Promise<Resumed> {
  if (alone) await removeTemporaryFiles(store);
  if (fresh) await startAfresh(store, cells);
  const { records, warnings } = await readRecords(store, { quarantine: true });
  const planned = new Map(cells.map((cell) => [cell.cell, cell]));
  const finished = new Map<string, FinishedRecord>();
  const others: CellRecord[] = [];
  const putAside = async (record: CellRecord, change: string) => {
    await supersede(store, record);
    warnings.push(`${record.cell}: ${change} since its record; it runs again, the old record is kept aside.`);
  };
  for (const record of records) {
    const cell = planned.get(record.cell);
    if (cell === undefined) {
      others.push(record);
      continue;
    }
    const change = await changeSince(record, cell, computation);
    if (change !== null) await putAside(record, change);
    else if (record.status !== 'failed') finished.set(record.id, record);
  }
  for (const [record, change] of changedNeeds(cells, finished)) await putAside(record, change);
  const weightless = keepWeights
    ? await takeWithoutWeights(store, [...finished.keys()], finished)
    : await takeNeededWithoutWeights(store, cells, finished);
  const wanted = keepWeights ? '--keep-weights asks for' : 'other cells need';
  for (const record of weightless) {
    await supersede(store, record);
    warnings.push(`${record.cell}: its weights, which ${wanted}, are not kept; it runs again.`);
  }
  return {
    finished: cells.flatMap(({ id }) => finished.get(id) ?? []),
    remaining: cells.filter(({ id }) => !finished.has(id)),
    others,
    warnings,
  };
}

/** What is no longer as it was when the record was made; null where nothing is. A failed record runs again anyway. */
export async function changeSince(
  record: CellRecord,
  cell: PlannedCell,
  computation: Computation,
): Promise<string | null> {
  const { program, threads, device, arithmetic } = computation;
  if (record.suite !== cell.suite || record.profile !== cell.profile) return 'its suite or profile has changed';
  if (record.config.methodDigest !== cell.config.methodDigest) return "its method's file has changed";
  if (record.id !== cell.id) return 'its configuration has changed';
  if (!isDeepStrictEqual(record.tuning, cell.tuning)) return 'what its learning rate and λ were found by has changed';
  if (record.status === 'failed') return null;
  if (record.program !== program) return 'the program has changed';
  if (record.fingerprint.threads !== threads) return 'the number of threads has changed';
  if (!record.fingerprint.device.startsWith(device)) return 'the device has changed';
  if (arithmeticOf(record.fingerprint) !== arithmetic)
    return `the arithmetic has changed, from ${arithmeticOf(record.fingerprint)} to ${arithmetic},`;
  const digest = await computation.dataDigest(cell);
  return digest === null || record.fingerprint.data === digest ? null : `${cell.dataset} has changed`;
}

/** Takes out, and returns, the records that read something else of a cell than it gives now. */
function changedNeeds(
  cells: readonly PlannedCell[],
  finished: Map<string, FinishedRecord>,
): [FinishedRecord, string][] {
  const changed = cells.flatMap(({ id, needs }): [FinishedRecord, string][] => {
    const record = finished.get(id);
    if (record === undefined) return [];
    const other = needs.find((need, at) => finished.get(need.id)?.result_digest !== record.needed_digests[at]);
    return other === undefined ? [] : [[record, `${other.cell}, which it needs, has changed`]];
  });
  if (changed.length === 0) return [];
  for (const [record] of changed) finished.delete(record.id);
  return [...changed, ...changedNeeds(cells, finished)];
}

/**
 * Takes out, and returns, the finished cells that a remaining one needs, and whose weights are not kept, where they
 * have any: these remain then, and need theirs.
 */
async function takeNeededWithoutWeights(
  store: Store,
  cells: readonly PlannedCell[],
  finished: Map<string, FinishedRecord>,
): Promise<FinishedRecord[]> {
  const needed = new Set(cells.flatMap(({ id, needs }) => (finished.has(id) ? [] : needs.map((need) => need.id))));
  const lacking = await takeWithoutWeights(store, [...needed], finished);
  return lacking.length === 0 ? [] : [...lacking, ...(await takeNeededWithoutWeights(store, cells, finished))];
}

/** Takes out, and returns, those of the cells that have weights which are not kept. */
async function takeWithoutWeights(
  store: Store,
  ids: readonly string[],
  finished: Map<string, FinishedRecord>,
): Promise<FinishedRecord[]> {
  const lacking: FinishedRecord[] = [];
  for (const id of ids) {
    const record = finished.get(id);
    if (record === undefined || record.weights_digest === null) continue;
    if ((await keptWeights(store, record)) === null) lacking.push(record);
  }
  for (const { id } of lacking) finished.delete(id);
  return lacking;
}
