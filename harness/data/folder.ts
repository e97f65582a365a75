import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { explainFileError } from '../file-errors.ts';
import type { FolderDataset, OpenedFolder } from './dataset.ts';

/**
 * The folder of a data set, as `FolderDataset.find` looks for it. One that is called as the data set's is taken
 * whatever it holds, so that opening it says what it lacks; another must hold files of it.
 * @param isIn whether these are names of its files
 * @throws UsageError where a folder cannot be read
 */
export async function findFolder(
  { title, folder }: Pick<FolderDataset, 'title' | 'folder'>,
  dir: string,
  isIn: (names: readonly string[]) => boolean,
): Promise<string | null> {
  for (const candidate of [join(dir, folder), dir]) {
    const names = await namesIn(title, candidate);
    if (names !== null && (basename(candidate) === folder || isIn(names))) return candidate;
  }
  return null;
}

/**
 * Finds a data set in `dataDir` and opens it.
 * @throws UsageError where no folder is given, the data set is not there, or its files are not whole
 */
export async function openIn<Opened extends OpenedFolder>(
  dataset: FolderDataset<string, Opened>,
  dataDir: string | null,
): Promise<{ folder: string; opened: Opened }> {
  const { name, title } = dataset;
  const holds = contentOf(dataset);
  if (dataDir === null) {
    throw new UsageError(`${name} needs its files: give the folder of ${title} (${holds}) with --data DIR`);
  }
  const folder = await dataset.find(dataDir);
  if (folder === null) {
    throw new UsageError(`--data ${dataDir}: no ${title} there; give the folder that holds it (${holds})`);
  }
  return { folder, opened: await dataset.open(folder) };
}

/**
 * What a folder must hold for a data set to be found in it, for messages: `train.bin, test.bin, there or in my-data`.
 */
export function contentOf({ files, folder }: Pick<FolderDataset, 'files' | 'folder'>): string {
  return `${files.replaceAll('`', '')}, there or in ${folder}`;
}

/**
 * The names in a folder; null where there is none.
 * @throws UsageError where it cannot be read.
 */
export async function namesIn(title: string, folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(title, folder, error);
  }
}

/** The error for a file or folder of the data set `title` that the system does not let be read. */
export function unreadable(title: string, path: string, cause: unknown): unknown {
  return explainFileError(cause, { of: title, done: 'read', path });
}

/** Those of `files` that a folder does not hold. */
export async function missingIn(title: string, folder: string, files: readonly string[]): Promise<string[]> {
  const names = (await namesIn(title, folder)) ?? [];
  return files.filter((file) => !names.includes(file));
}
