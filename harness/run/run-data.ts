import { canonicalJson } from '../canonical-json.ts';
import type { Cell, PlannedCell } from '../spec/cell.ts';
import { type DataFolderName, needsFiles } from '../spec/datasets.ts';
import { kindOf } from '../tasks/registry.ts';
import { otherDataRefusal } from '../tuned-data.ts';
import type { DataFolders } from './protocol.ts';

/** What of a cell its data follow from. */
type OfData = Pick<Cell, 'config' | 'dataset'>;

/** The data set that a cell's files are of; null: it needs none. */
export function fileDatasetOf({ dataset }: OfData): DataFolderName | null {
  if (dataset === null) return null;
  const named = { name: dataset };
  return needsFiles(named) ? named.name : null;
}

/** Folder of the files that a cell needs; null: it needs none, or they are not there. */
export function dataDirOf(cell: OfData, folders: DataFolders): string | null {
  const name = fileDatasetOf(cell);
  return name === null ? null : (folders[name] ?? null);
}

/**
 * Gives the digest of what a cell trains on and is tested on, as its record's fingerprint has it; reads files once for
 * each specification of a data set. Null where a cell needs no files, and where only a worker can tell.
 * @throws UsageError where files are damaged, or hold less than asked for
 */
export function dataDigests(folders: DataFolders): (cell: OfData) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  return async (cell) => {
    const dataDir = dataDirOf(cell, folders);
    if (dataDir === null) return null;
    const { config } = cell;
    const key = canonicalJson([config.task, 'dataset' in config ? config.dataset : null]);
    const digest = known.get(key) ?? kindOf(config.task).dataDigest(config, dataDir);
    known.set(key, digest);
    return digest;
  };
}

/**
 * The cells, each with why it cannot be run where its tuned arm's learning rate and λ were found on other data, as far as
 * that can be told without a worker.
 */
export function heldAgainstData(
  cells: readonly PlannedCell[],
  dataDigest: (cell: PlannedCell) => Promise<string | null>,
): Promise<PlannedCell[]> {
  return Promise.all(
    cells.map(async (cell) => {
      const digest = cell.tuning === undefined ? null : await dataDigest(cell);
      const untuned = digest === null ? null : otherDataRefusal(cell, digest);
      return untuned === null ? cell : { ...cell, untuned };
    }),
  );
}
