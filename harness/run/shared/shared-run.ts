import { readFile, rm } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { writeFileAtomically } from '../../atomic-file.ts';
import { pointsIn } from '../../checkpoint-file.ts';
import { UsageError } from '../../errors.ts';
import { cleanName, cleanText } from '../../foreign-text.ts';
import type { CellRecord, FinishedRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { weightsIn } from '../../weight-file.ts';
import { keptWeights } from '../records/needed.ts';
import { codeOf, largestRecord, type ReadFile, recordIn } from '../records/record-file.ts';
import { type Computation, changeSince } from '../records/resume.ts';
import {
  checkpointDir,
  checkpointPath,
  readRecord,
  readRecords,
  recordPath,
  recordText,
  type Store,
  supersede,
  weightsPath,
  writeRecord,
} from '../records/store.ts';
import type { WorkerListener } from '../worker-process.ts';
import { inParallel } from './in-parallel.ts';
import { newestOnly } from './newest-only.ts';
import { type SharedStore, TooLargeError } from './shared-store.ts';

/** Computes a cell on this machine. Resolves to null where it was interrupted. */
type Compute = (listener: WorkerListener) => Promise<CellRecord | null>;

/**
 * A run whose records, weights and checkpoints other machines share. The output folder stays what this machine reads and
 * writes; the shared store holds the same files under the same names, weights with their digest in theirs.
 */
export interface SharedRun {
  /**
   * Before the output folder is looked at: copies what others have finished of the cells into it, and the weights that
   * the other cells need. A record of another configuration, program or data is put aside in the store; `fresh` puts all
   * aside. Resolves to a sentence for each object that is no record.
   */
  begin(cells: readonly PlannedCell[], options: { fresh: boolean }): Promise<string[]>;
  /** After it: copies into the store what this machine had finished without it. */
  publishAll(cells: readonly PlannedCell[], records: readonly FinishedRecord[]): Promise<void>;
  /**
   * Takes a cell's record from the store, or computes it from the newest checkpoint on, whichever machine left it; each
   * further checkpoint is copied into the store meanwhile.
   */
  compute(cell: PlannedCell, compute: Compute, listener: WorkerListener): Promise<CellRecord | null>;
  /**
   * Copies a record into the store, its weights before it, and gives the one that lies there then: a finished one that
   * another machine has put there stays, so that cells which read it go on fitting to it.
   *
   * @throws UsageError where the store cannot be used
   */
  publish(cell: PlannedCell, record: CellRecord): Promise<CellRecord>;
}

export interface SharedRunOptions {
  store: Store;
  shared: SharedStore;
  computation: Computation;
  /** Keep the weights of all cells, also where no other one needs them. */
  keepWeights: boolean;
  tell(line: string): void;
}

/** Bytes of the weights or the checkpoint of a cell: what one request can put. */
const largestTensors = 4e9;
/** Objects that are asked for at once. */
const atOnce = 8;
/** Times that a record is tried to be put while others replace it. */
const mostTries = 5;

export function sharedRun({ store, shared, computation, keepWeights, tell }: SharedRunOptions): SharedRun {
  const nameOf = (path: string) => relative(store.outDir, path).split(sep).join('/');
  const recordName = (cell: string) => nameOf(recordPath(store, cell));
  const checkpointName = (cell: PlannedCell) => nameOf(checkpointPath(store, cell));
  const weightsName = ({ cell, weights_digest: digest }: FinishedRecord) =>
    nameOf(weightsPath(store, { cell: `${cell}-${digest?.slice(0, 16)}` }));
  /** Without the ending. */
  const asideName = ({ cell }: PlannedCell, record: CellRecord | null) =>
    `${nameOf(store.supersededDir)}/${cell}-${record === null ? 'unknown' : `${record.id}-${shortOf(record)}`}`;
  const keepsWeights = (cell: PlannedCell) => cell.isNeeded || keepWeights;
  /** Ids of cells whose records were found in the store. */
  const shares = new Set<string>();

  async function read(cell: PlannedCell): Promise<(ReadFile & { bytes: Buffer | null }) | null> {
    try {
      const bytes = await shared.get(recordName(cell.cell), largestRecord);
      return bytes === null ? null : { ...recordIn(bytes.toString('utf8'), cell.cell), bytes };
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      return { record: null, problem: `it has more than ${largestRecord / 1e6} MB`, bytes: null };
    }
  }

  /** The record where it counts as the cell's, as one in the output folder does. */
  async function finished(record: CellRecord | null | undefined, cell: PlannedCell): Promise<FinishedRecord | null> {
    if (!record || record.status === 'failed') return null;
    return (await changeSince(record, cell, computation)) === null ? record : null;
  }

  /** Whether a record was computed from what this machine's cells give. */
  async function fitsNeeds(record: FinishedRecord, { needs }: PlannedCell): Promise<boolean> {
    for (const [at, need] of needs.entries()) {
      const own = await readRecord(store, need);
      const digest = own === null || own.status === 'failed' ? undefined : own.result_digest;
      if (digest !== record.needed_digests[at]) return false;
    }
    return true;
  }

  /** Nothing finished is lost: a record, and what a newer program wrote, goes to the superseded ones. */
  async function putAside(cell: PlannedCell, { record, bytes }: { record: CellRecord | null; bytes: Buffer | null }) {
    if (bytes !== null) {
      await putUnderFreeName(asideName(cell, record), bytes);
    }
    await shared.remove(recordName(cell.cell));
  }

  async function putUnderFreeName(place: string, bytes: Buffer): Promise<void> {
    for (let copy = 1; ; copy++) {
      const name = `${place}${copy === 1 ? '' : `.${copy}`}.json`;
      if (await shared.create(name, bytes)) return;
      if ((await shared.get(name, largestRecord))?.equals(bytes)) return;
    }
  }

  /** Makes a record of the store that of this machine, whose own one is put aside where it is another. */
  async function take(record: FinishedRecord, own: CellRecord | null | undefined): Promise<void> {
    if (own && own.status !== 'failed') {
      if (own.id === record.id && own.result_digest === record.result_digest && own.program === record.program) return;
      await supersede(store, own);
    }
    await writeRecord(store, record);
  }

  /** Whether a record's weights are in the output folder, if need be from now on. */
  async function hasWeights(record: FinishedRecord): Promise<boolean> {
    const { id, weights_digest: digest } = record;
    if (digest === null || (await keptWeights(store, record)) !== null) return true;
    const bytes = await shared.get(weightsName(record), largestTensors);
    if (bytes === null || weightsIn(bytes, { id, digest }) === null) return false;
    await writeFileAtomically(weightsPath(store, record), bytes);
    return true;
  }

  /** Fetches the weights that remaining cells read; cells whose weights are lost remain themselves, and need theirs. */
  async function fetchWeights(cells: readonly PlannedCell[], done: Map<string, FinishedRecord>): Promise<void> {
    const planned = new Map(cells.map((cell) => [cell.id, cell]));
    let wanted = keepWeights ? [...done.keys()] : [];
    let remaining = cells.filter(({ id }) => !done.has(id));
    do {
      wanted.push(...remaining.flatMap(({ needs }) => needs.map(({ id }) => id)));
      const lost: PlannedCell[] = [];
      await inParallel([...new Set(wanted)], atOnce, async (id) => {
        const record = done.get(id);
        if (record === undefined || (await hasWeights(record))) return;
        done.delete(id);
        lost.push(planned.get(id)!);
      });
      [remaining, wanted] = [lost, []];
    } while (remaining.length > 0);
  }

  /** What another machine has finished since this run began; null: nothing that fits, or can be read from. */
  async function takeFinished(cell: PlannedCell): Promise<FinishedRecord | null> {
    const record = await finished((await read(cell))?.record, cell);
    if (record === null || !(await fitsNeeds(record, cell))) return null;
    if (keepsWeights(cell) && !(await hasWeights(record))) return null;
    await take(record, await readRecord(store, cell));
    await rm(checkpointDir(store, cell), { recursive: true, force: true });
    return record;
  }

  async function fetchCheckpoint(cell: PlannedCell): Promise<void> {
    const theirs = await shared.get(checkpointName(cell), largestTensors).catch((error) => {
      if (!(error instanceof TooLargeError)) throw error;
      tell(`${error.message} ${cell.cell} does not go on from it.`);
      return null;
    });
    if (theirs === null) return;
    const path = checkpointPath(store, cell);
    const own = await unlessAbsent(path);
    const points = pointsIn(theirs, cell);
    if (points === null) {
      tell(`${shared.shown}/${cleanName(checkpointName(cell))} is no checkpoint of ${cell.cell}; it is left.`);
    } else if (own === null || points > (pointsIn(own, cell) ?? -1)) {
      await writeFileAtomically(path, theirs);
    }
  }

  /** A training goes on where its checkpoints cannot be copied: they lie here. */
  async function copyCheckpoint(cell: PlannedCell): Promise<void> {
    try {
      const bytes = await unlessAbsent(checkpointPath(store, cell));
      if (bytes !== null) await shared.put(checkpointName(cell), bytes);
    } catch (error) {
      tell(`${cell.cell}: its checkpoint stays on this machine alone: ${cleanText((error as Error).message, 500)}`);
    }
  }

  async function putWeights(cell: PlannedCell, record: FinishedRecord): Promise<void> {
    if (record.weights_digest === null || !keepsWeights(cell)) return;
    const weights = await unlessAbsent(weightsPath(store, record));
    if (weights !== null) await shared.put(weightsName(record), weights);
  }

  async function publish(cell: PlannedCell, record: CellRecord): Promise<CellRecord> {
    const name = recordName(cell.cell);
    const bytes = Buffer.from(recordText(record));
    if (record.status !== 'failed') await putWeights(cell, record);
    for (let tries = 1; tries <= mostTries; tries++) {
      const there = await read(cell);
      const theirs = await finished(there?.record, cell);
      if (theirs !== null && (await fitsNeeds(theirs, cell))) return publishBeside(theirs, cell, record);
      // A failure here says nothing of what others have finished.
      if (theirs !== null && record.status === 'failed') return record;
      const isFailure = there?.record?.status === 'failed';
      if (there !== null && !isFailure) await putAside(cell, there);
      // What failed is replaced, as in the output folder.
      if (isFailure) await shared.put(name, bytes);
      if (isFailure || (await shared.create(name, bytes))) {
        if (record.status !== 'failed') await shared.remove(checkpointName(cell));
        return record;
      }
    }
    throw new UsageError(`--store ${shared.shown}: others replace ${name} again and again; run it again.`);
  }

  /** Where a finished record is there already: it stays, and this machine's gives way to it. */
  async function publishBeside(theirs: FinishedRecord, cell: PlannedCell, record: CellRecord): Promise<CellRecord> {
    await shared.remove(checkpointName(cell));
    if (record.status !== 'failed') {
      const bytes = Buffer.from(recordText(record));
      if (theirs.result_digest === record.result_digest) {
        // The same attempt may be told anew, with more warnings.
        if (theirs.started_at === record.started_at) await shared.put(recordName(cell.cell), bytes);
        return record;
      }
      await putUnderFreeName(asideName(cell, record), bytes);
      tell(`${cell.cell}: another machine has finished it with another result, which stays; this one's is put aside.`);
    }
    await take(theirs, record);
    await hasWeights(theirs);
    return theirs;
  }

  return {
    async begin(cells, { fresh }) {
      const warnings: string[] = [];
      const local = await readRecords(store, { quarantine: true });
      warnings.push(...local.warnings);
      const own = new Map(local.records.map((record) => [record.cell, record]));
      const named = new Set(await shared.list('records'));
      const done = new Map<string, FinishedRecord>();
      await inParallel(cells, atOnce, async (cell) => {
        const ours = fresh ? null : await finished(own.get(cell.cell), cell);
        if (ours !== null) done.set(ours.id, ours);
        if (fresh) await shared.remove(checkpointName(cell));
        if (!named.has(`${cell.cell}.json`)) return;
        const there = await read(cell);
        if (there === null) return;
        const theirs = fresh ? null : await finished(there.record, cell);
        if (theirs !== null) {
          await take(theirs, own.get(cell.cell));
          done.set(theirs.id, theirs);
          shares.add(theirs.id);
        } else if (fresh || there.record?.status !== 'failed') {
          if ('problem' in there) {
            const object = `${shared.shown}/${cleanName(recordName(cell.cell))}`;
            warnings.push(
              `${object} is no record (${cleanText(there.problem, 300)}); it is put aside, its cell runs again.`,
            );
          }
          await putAside(cell, there);
        }
      });
      if (!fresh) await fetchWeights(cells, done);
      return warnings;
    },
    async publishAll(cells, records) {
      const planned = new Map(cells.map((cell) => [cell.id, cell]));
      const lacking = records.filter(({ id }) => !shares.has(id));
      await inParallel(lacking, atOnce, async (record) => {
        await publish(planned.get(record.id)!, record);
      });
    },
    async compute(cell, compute, listener) {
      const there = await takeFinished(cell);
      if (there !== null) return there;
      await fetchCheckpoint(cell);
      const copies = newestOnly(() => copyCheckpoint(cell));
      const record = await compute({
        ...listener,
        onPoint(point) {
          listener.onPoint(point);
          copies.ask();
        },
      });
      await copies.ended();
      return record === null ? null : publish(cell, record);
    },
    publish,
  };
}

/** What tells a cell's results apart in the names of files. */
function shortOf(record: CellRecord): string {
  return record.status === 'failed' ? 'failed' : record.result_digest;
}

async function unlessAbsent(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
