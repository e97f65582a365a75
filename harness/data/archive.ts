import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Download, download } from './download.ts';
import { unpack } from './unpack.ts';

/** An archive as the authors of a data set publish it. */
export interface Archive {
  readonly file: string;
  /** The folder inside. */
  readonly folder: string;
  readonly url: string;
  readonly bytes: number;
  /** Hexadecimal; null where none is published. */
  readonly md5: string | null;
}

export type ArchiveOptions = Partial<Omit<Download, 'path'>>;

/**
 * Downloads an archive into `dir`, unpacks it there, and returns the data's folder. The archive is removed when it is
 * unpacked; an unfinished one stays, and is continued the next time.
 * @param check throws where the unpacked folder is not the data set
 * @throws UsageError where the download or the unpacking fails.
 */
export async function fetchArchive(
  archive: Archive,
  dir: string,
  check: (folder: string) => Promise<unknown>,
  options: ArchiveOptions = {},
): Promise<string> {
  const path = join(dir, archive.file);
  const { url, bytes, md5 } = archive;
  await download({ url, bytes, md5, ...options, path });
  // Beside the target and then renamed: an interrupted run never leaves half a data set under its name.
  const temporary = await mkdtemp(join(dir, '.unpack-'));
  try {
    await unpack(path, temporary);
    const unpacked = join(temporary, archive.folder);
    await check(unpacked);
    const folder = join(dir, archive.folder);
    await rename(unpacked, folder);
    await rm(path);
    return folder;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
