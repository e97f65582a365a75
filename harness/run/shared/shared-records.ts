import type { CellRecord, FailedRecord, FinishedRecord } from '../../record.ts';
import { largestRecord, type ReadFile, recordIn } from '../records/record-file.ts';
import { recordPath, recordText, type Store } from '../records/store.ts';
import { nameOf } from './shared-files.ts';
import { type SharedStore, TooLargeError } from './shared-store.ts';

/** What the object of a cell's record holds; its bytes are null where they are too many. */
export type SharedRead = ReadFile & { bytes: Buffer | null };

/**
 * A run's records in a shared store. `records/<cell>.json` is only ever created, by one of those that create it at once,
 * and so holds what is finished alone; what failed is in `failures/<cell>.json`, which each failure replaces.
 */
export interface SharedRecords {
  /** What lies in the place of a finished record; null: nothing. What is no record is told in words. */
  read(cell: string): Promise<SharedRead | null>;
  /** Replaces one of the same result. */
  put(record: FinishedRecord): Promise<void>;
  /** False: there is one, and stays. */
  create(record: FinishedRecord): Promise<boolean>;
  readFailure(cell: string): Promise<FailedRecord | null>;
  putFailure(record: FailedRecord): Promise<void>;
  removeFailure(cell: string): Promise<void>;
  /** Keeps a record, and what a newer program wrote, among the superseded ones. */
  keepAside(cell: string, read: { record: CellRecord | null; bytes: Buffer | null }): Promise<void>;
  /** Keeps it so, and removes it from its place. */
  putAside(cell: string, read: SharedRead): Promise<void>;
}

export function sharedRecords(store: Store, shared: SharedStore): SharedRecords {
  const name = (cell: string) => nameOf(store, recordPath(store, cell));
  const failureName = (cell: string) => `failures/${cell}.json`;
  const bytesOf = (record: CellRecord) => Buffer.from(recordText(record));

  async function keepAside(cell: string, { record, bytes }: { record: CellRecord | null; bytes: Buffer | null }) {
    if (bytes === null) return;
    const which = record === null ? 'unknown' : `${record.id}-${resultOf(record)}`;
    const place = `${nameOf(store, store.supersededDir)}/${cell}-${which}`;
    for (let copy = 1; ; copy++) {
      const free = `${place}${copy === 1 ? '' : `.${copy}`}.json`;
      if ((await shared.create(free, bytes)) || (await shared.get(free, largestRecord))?.equals(bytes)) return;
    }
  }

  async function read(cell: string, object: string): Promise<SharedRead | null> {
    try {
      const bytes = await shared.get(object, largestRecord);
      return bytes === null ? null : { ...recordIn(bytes.toString('utf8'), cell), bytes };
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      return { record: null, problem: `it has more than ${largestRecord / 1e6} MB`, bytes: null };
    }
  }

  return {
    read: (cell) => read(cell, name(cell)),
    async readFailure(cell) {
      const record = (await read(cell, failureName(cell)))?.record;
      return record?.status === 'failed' ? record : null;
    },
    putFailure: (record) => shared.put(failureName(record.cell), bytesOf(record)),
    removeFailure: (cell) => shared.remove(failureName(cell)),
    put: (record) => shared.put(name(record.cell), bytesOf(record)),
    create: (record) => shared.create(name(record.cell), bytesOf(record)),
    keepAside,
    async putAside(cell, read) {
      await keepAside(cell, read);
      await shared.remove(name(cell));
    },
  };
}

/** What tells a cell's results apart in names. */
function resultOf(record: CellRecord): string {
  return record.status === 'failed' ? 'failed' : record.result_digest;
}
