import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DownloadOptions, download, type PublishedFile } from './download.ts';
import { onDisk } from './transfer.ts';

/** Files that are published one by one, the folder that they make, and where that is to lie. */
export interface PublishedFolder {
  readonly downloads: readonly PublishedFile[];
  readonly folder: string;
  readonly dir: string;
  /** Makes the data's files of those received, in a folder that is empty. Left out: they are the same files. */
  place?(received: string, whole: string): Promise<void>;
  /** Throws where the files are not the data set. */
  check(folder: string): Promise<unknown>;
}

/**
 * Downloads files into `dir`, and returns the data's folder.
 * @throws UsageError where a download or the check fails.
 */
export async function fetchFiles(
  { downloads, folder: name, dir, check, place = (from, to) => moved(downloads, from, to) }: PublishedFolder,
  options: DownloadOptions | undefined,
): Promise<string> {
  // The files stay until all are there, so that an interrupted download goes on.
  const received = join(dir, `.${name}.download`);
  for (const { file, ...from } of downloads) await download({ ...options, ...from, path: join(received, file) });
  // Under their final name only when they are whole.
  const temporary = await onDisk(dir, () => mkdtemp(join(dir, '.unpack-')));
  try {
    const whole = join(temporary, name);
    await mkdir(whole);
    await place(received, whole);
    await check(whole);
    const folder = join(dir, name);
    await onDisk(folder, () => rename(whole, folder));
    await rm(received, { recursive: true });
    return folder;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function moved(files: readonly PublishedFile[], from: string, to: string): Promise<void> {
  for (const { file } of files) await onDisk(to, () => rename(join(from, file), join(to, file)));
}
