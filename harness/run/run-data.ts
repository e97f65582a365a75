import { someOf } from '../../baselines/wording.ts';
import { canonicalJson } from '../canonical-json.ts';
import { tunedArmOf } from '../cell-name.ts';
import { UsageError } from '../errors.ts';
import type { Cell, PlannedCell } from '../spec/cell.ts';
import { type DataFolderName, needsFiles } from '../spec/datasets.ts';
import { kindOf } from '../tasks/registry.ts';
import { isTrial } from '../trial-notes.ts';
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
 * A learning rate and λ that were found on other data say nothing of these. What is tried out may be on any.
 *
 * @throws UsageError naming the arms
 */
export async function refuseOtherData(
  cells: readonly PlannedCell[],
  dataDigest: (cell: PlannedCell) => Promise<string | null>,
): Promise<void> {
  const others = new Map<string, PlannedCell>();
  for (const cell of cells) {
    if (cell.tuning === undefined || isTrial(cell)) continue;
    const digest = await dataDigest(cell);
    if (digest !== null && digest !== cell.tuning.data) others.set(tunedArmOf(cell), cell);
  }
  const [first] = others.values();
  if (first === undefined) return;
  const { suite, profile } = first;
  throw new UsageError(
    `suite ${suite}, profile ${profile}: the learning rates and λ of ${someOf([...others.keys()])} were found on other ` +
      `data. Find them on these with npm run tune -- ${suite} --profile ${profile}, or leave these arms out with --only.`,
  );
}
