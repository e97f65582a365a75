import { rm } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { cleanName, cleanText } from '../../foreign-text.ts';
import type { CellRecord, FailedRecord, FinishedRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { type Computation, changeSince } from '../records/resume.ts';
import {
  checkpointDir,
  readRecord,
  readRecords,
  recordNamed,
  recordText,
  type Store,
  supersede,
  writeRecord,
} from '../records/store.ts';
import type { WorkerListener } from '../worker-process.ts';
import { inParallel } from './in-parallel.ts';
import { type SharedCheckpoints, sharedCheckpoints } from './shared-checkpoints.ts';
import { sharedRecords } from './shared-records.ts';
import { atOnce, type SharedStore } from './shared-store.ts';
import { sharedWeights } from './shared-weights.ts';

/**
 * A run whose records, weights and checkpoints other machines share. The output folder stays what this machine reads and
 * writes; the shared store holds the same. Every function throws UsageError where the store cannot be used.
 */
export interface SharedRun {
  /** The part of the store that is the run's. */
  readonly shared: SharedStore;
  readonly checkpoints: SharedCheckpoints;
  /**
   * Before the output folder is looked at: copies what others have finished of the cells into it, and the weights that
   * the other cells need. A record of another configuration, program or data is put aside in the store; `fresh` puts all
   * aside. Resolves to a sentence for each object that is no record.
   */
  begin(cells: readonly PlannedCell[], options: { fresh: boolean }): Promise<string[]>;
  /** After it: copies into the store what this machine had finished without it. */
  publishAll(cells: readonly PlannedCell[], records: readonly FinishedRecord[]): Promise<void>;
  /**
   * Copies what another machine has finished, with the weights that others read, into the output folder. Null: nothing
   * that fits to what the cells that it needs gave here.
   */
  take(cell: PlannedCell): Promise<FinishedRecord | null>;
  /** Makes what the store says of a cell, be it a failure, that of the output folder, where that knows nothing better. */
  bring(cell: PlannedCell): Promise<void>;
  /** Takes a cell's record from the store, or computes it, from the newest checkpoint on, and publishes it. */
  compute(
    cell: PlannedCell,
    compute: (listener: WorkerListener) => Promise<CellRecord | null>,
    listener: WorkerListener,
  ): Promise<CellRecord | null>;
  /**
   * Copies a record of the output folder into the store, its weights before it, and gives the one that lies in both
   * then: a finished one that another machine has put there stays, so that cells which read it go on fitting to it.
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

/** Times that a record is tried to be put while others replace it. */
const mostTries = 5;

export function sharedRun({ store, shared, computation, keepWeights, tell }: SharedRunOptions): SharedRun {
  const records = sharedRecords(store, shared);
  const weights = sharedWeights(store, shared, keepWeights);
  const checkpoints = sharedCheckpoints(store, shared, tell);
  const keepsWeights = (cell: PlannedCell) => cell.isNeeded || keepWeights;
  /** Ids of cells whose records were found in the store. */
  const found = new Set<string>();

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

  /** Makes a record of the store that of this machine, whose own one is put aside where it is another. */
  async function replaceBy(record: FinishedRecord, own: CellRecord | null | undefined): Promise<void> {
    if (own && own.status !== 'failed') {
      if (own.id === record.id && own.result_digest === record.result_digest && own.program === record.program) return;
      await supersede(store, own);
    }
    await writeRecord(store, record);
  }

  async function take(cell: PlannedCell): Promise<FinishedRecord | null> {
    const record = await finished((await records.read(cell.cell))?.record, cell);
    if (record === null || !(await fitsNeeds(record, cell))) return null;
    if (keepsWeights(cell) && !(await weights.fetch(record))) return null;
    await replaceBy(record, await recordNamed(store, cell.cell));
    await rm(checkpointDir(store, cell), { recursive: true, force: true });
    return record;
  }

  async function publish(cell: PlannedCell, record: CellRecord): Promise<CellRecord> {
    if (record.status === 'failed') return publishFailure(cell, record);
    if (keepsWeights(cell)) await weights.put(record);
    for (let tries = 1; tries <= mostTries; tries++) {
      if (await records.create(record)) {
        await records.removeFailure(cell.cell);
        await checkpoints.remove(cell);
        return record;
      }
      const there = await records.read(cell.cell);
      const theirs = await finished(there?.record, cell);
      if (theirs !== null && (await fitsNeeds(theirs, cell))) return publishBeside(theirs, cell, record);
      if (there !== null) await records.putAside(cell.cell, there);
    }
    throw new UsageError(`--store ${shared.shown}: others replace ${cell.cell} again and again; run it again.`);
  }

  /** A failure here says nothing of what others have finished. */
  async function publishFailure(cell: PlannedCell, record: FailedRecord): Promise<CellRecord> {
    const theirs = await take(cell);
    if (theirs === null) await records.putFailure(record);
    return theirs ?? record;
  }

  /** Where a finished record is there already: it stays, and this machine's gives way to it. */
  async function publishBeside(theirs: FinishedRecord, cell: PlannedCell, record: FinishedRecord) {
    await checkpoints.remove(cell);
    if (theirs.result_digest === record.result_digest) {
      // The same attempt may be told anew, with more warnings.
      if (theirs.started_at === record.started_at) await records.put(record);
      return record;
    }
    await records.keepAside(cell.cell, { record, bytes: Buffer.from(recordText(record)) });
    tell(`${cell.cell}: another machine has finished it with another result, which stays; this one's is put aside.`);
    await replaceBy(theirs, record);
    if (keepsWeights(cell)) await weights.fetch(theirs);
    return theirs;
  }

  return {
    shared,
    checkpoints,
    async begin(cells, { fresh }) {
      const local = await readRecords(store, { quarantine: true });
      const warnings = [...local.warnings];
      const own = new Map(local.records.map((record) => [record.cell, record]));
      const named = new Set(await shared.list('records'));
      const done = new Map<string, FinishedRecord>();
      await inParallel(cells, atOnce, async (cell) => {
        const ours = fresh ? null : await finished(own.get(cell.cell), cell);
        if (ours !== null) done.set(ours.id, ours);
        if (fresh) await checkpoints.remove(cell);
        const there = named.has(`${cell.cell}.json`) ? await records.read(cell.cell) : null;
        if (there === null) return;
        const theirs = fresh ? null : await finished(there.record, cell);
        if (theirs !== null) {
          await replaceBy(theirs, own.get(cell.cell));
          done.set(theirs.id, theirs);
          found.add(theirs.id);
        } else {
          if ('problem' in there) {
            const object = `${shared.shown}/records/${cleanName(cell.cell)}.json`;
            const why = cleanText(there.problem, 300);
            warnings.push(`${object} is no record (${why}); it is put aside, its cell runs again.`);
          }
          await records.putAside(cell.cell, there);
        }
      });
      if (!fresh) await weights.fetchFor(cells, done);
      return warnings;
    },
    async publishAll(cells, finishedHere) {
      const planned = new Map(cells.map((cell) => [cell.id, cell]));
      const lacking = finishedHere.filter(({ id }) => !found.has(id));
      await inParallel(lacking, atOnce, async (record) => {
        await publish(planned.get(record.id)!, record);
      });
    },
    take,
    async bring(cell) {
      if ((await take(cell)) !== null) return;
      const own = await readRecord(store, cell);
      const failure = await records.readFailure(cell.cell);
      if (failure?.id === cell.id && (own === null || own.status === 'failed')) await writeRecord(store, failure);
    },
    async compute(cell, compute, listener) {
      const there = await take(cell);
      if (there !== null) return there;
      await checkpoints.fetch(cell);
      const following = checkpoints.follow(cell, listener);
      const record = await compute(following.listener);
      await following.ended();
      return record === null ? null : publish(cell, record);
    },
    publish,
  };
}
