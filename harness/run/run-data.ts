import { canonicalJson } from '../canonical-json.ts';
import { loadImages } from '../data/images/images.ts';
import { EngineNotLoadedError } from '../data/images/jpeg.ts';
import { usedText } from '../data/text/translation.ts';
import { type Cell, isTranslation, needsFiles } from '../spec/spec.ts';
import type { DataFolders } from './protocol.ts';

/** Folder of the files that a cell needs; null: it needs none, or they are not there. */
export function dataDirOf({ config: { dataset } }: Pick<Cell, 'config'>, folders: DataFolders): string | null {
  return needsFiles(dataset) ? (folders[dataset.name] ?? null) : null;
}

/**
 * Gives the digest of what a cell trains on and is tested on, as its record's fingerprint has it; reads files once for each
 * specification of a data set. Null for data without files, which follow from the program, and for images that only a
 * worker, which has the engine, can decode: their digest is not known yet.
 * @throws UsageError where files are damaged, or hold less than asked for
 */
export function dataDigests(folders: DataFolders): (cell: Pick<Cell, 'config'>) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  return async (cell) => {
    const dataDir = dataDirOf(cell, folders);
    if (dataDir === null) return null;
    const key = canonicalJson(cell.config.dataset);
    const digest = known.get(key) ?? digestOf(cell, dataDir);
    known.set(key, digest);
    return digest;
  };
}

async function digestOf({ config }: Pick<Cell, 'config'>, dataDir: string): Promise<string | null> {
  if (isTranslation(config)) return (await usedText(config.dataset, dataDir)).digest;
  try {
    return (await loadImages(config.dataset, dataDir)).digest;
  } catch (error) {
    if (error instanceof EngineNotLoadedError) return null;
    throw error;
  }
}
