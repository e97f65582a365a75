import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderDataset } from './dataset.ts';
import { type DownloadOptions, download, type PublishedFile } from './download.ts';
import { onDisk } from './transfer.ts';
import { unpack } from './unpack.ts';

/**
 * What `FolderDataset.fetch` does of a data set: the folder that `dir` holds already, checked, else that of `fetchAll`.
 * @throws UsageError where the files that are there are not whole
 */
export async function fetchOnce(
  { find, open }: Pick<FolderDataset, 'find' | 'open'>,
  dir: string,
  fetchAll: () => Promise<string>,
): Promise<string> {
  const present = await find(dir);
  if (present === null) return fetchAll();
  await open(present);
  return present;
}

/** An archive, the folder inside it, and where that is to lie. */
export interface ArchiveRequest {
  readonly archive: PublishedFile;
  readonly folder: string;
  readonly dir: string;
  /** Throws where the unpacked folder is not the data set. */
  check(folder: string): Promise<unknown>;
}

/**
 * Downloads an archive into `dir`, unpacks it there, and returns the data's folder. The archive is removed when it is
 * unpacked; an unfinished one stays, and is continued the next time.
 * @throws UsageError where the download or the unpacking fails.
 */
export async function fetchArchive(
  { archive, folder, dir, check }: ArchiveRequest,
  options: DownloadOptions = {},
): Promise<string> {
  const { file, ...published } = archive;
  const path = join(dir, file);
  await download({ ...published, ...options, path });
  // Beside the target and then renamed: an interrupted run never leaves half a data set under its name.
  const temporary = await onDisk(dir, () => mkdtemp(join(dir, '.unpack-')));
  try {
    const unpacked = join(temporary, folder);
    await unpack(path, temporary);
    await check(unpacked);
    const target = join(dir, folder);
    await onDisk(target, () => rename(unpacked, target));
    await rm(path);
    return target;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
