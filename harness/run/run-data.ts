import { canonicalJson } from '../canonical-json.ts';
import { loadImages } from '../data/images.ts';
import { usedText } from '../data/translation.ts';
import { type Cell, isTranslation, needsFiles } from '../spec.ts';
import type { DataFolders } from './protocol.ts';

/** Folder of the files that a cell needs; null: it needs none, or they are not there. */
export function dataDirOf({ config: { dataset } }: Pick<Cell, 'config'>, folders: DataFolders): string | null {
  return needsFiles(dataset) ? (folders[dataset.name] ?? null) : null;
}

/**
 * Gives the digest of what a cell trains on and is tested on, as its record's fingerprint has it; reads the files of a
 * data set once. Null for data without files: they follow from the program.
 * @throws UsageError where files are damaged, or hold less than asked for
 */
export function dataDigests(folders: DataFolders): (cell: Pick<Cell, 'config'>) => Promise<string | null> {
  const known = new Map<string, Promise<string>>();
  return async (cell) => {
    const dataDir = dataDirOf(cell, folders);
    if (dataDir === null) return null;
    const key = canonicalJson(cell.config.dataset);
    const digest = known.get(key) ?? digestOf(cell, dataDir);
    known.set(key, digest);
    return digest;
  };
}

async function digestOf({ config }: Pick<Cell, 'config'>, dataDir: string): Promise<string> {
  const data = isTranslation(config)
    ? await usedText(config.dataset, dataDir)
    : await loadImages(config.dataset, dataDir);
  return data.digest;
}
