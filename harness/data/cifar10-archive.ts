import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../errors.ts';
import { cifar10Folder, findCifar10, surveyCifar10 } from './cifar10.ts';
import { type Download, download } from './download.ts';

/** The archive of CIFAR-10's binary version, as its authors publish it (Krizhevsky 2009). */
export const cifar10Archive = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  bytes: 170_052_171,
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
} as const;

export type ArchiveOptions = Partial<Omit<Download, 'path'>>;

/**
 * Downloads and unpacks CIFAR-10 into `dir`/cifar-10-batches-bin, and returns that folder. Does nothing where `dir` holds
 * the data already. The archive is removed when it is unpacked; an unfinished one stays, and is continued the next time.
 * @throws UsageError where the download, the unpacking or the files' check fails.
 */
export async function fetchCifar10(dir: string, options: ArchiveOptions = {}): Promise<string> {
  const present = await findCifar10(dir);
  if (present !== null) {
    await surveyCifar10(present);
    return present;
  }
  const archive = join(dir, 'cifar-10-binary.tar.gz');
  await download({ ...cifar10Archive, ...options, path: archive });
  const folder = await unpack(archive, dir);
  await rm(archive);
  return folder;
}

/** Unpacks beside the target and renames, so that an interrupted run never leaves half a data set under its name. */
async function unpack(archive: string, dir: string): Promise<string> {
  const temporary = await mkdtemp(join(dir, '.unpack-'));
  try {
    await runTar(archive, temporary);
    const unpacked = join(temporary, cifar10Folder);
    await surveyCifar10(unpacked);
    const folder = join(dir, cifar10Folder);
    await rename(unpacked, folder);
    return folder;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function runTar(archive: string, into: string): Promise<void> {
  try {
    await execa('tar', ['-xzf', archive, '-C', into, '--no-same-owner']);
  } catch (cause) {
    const { code, stderr, shortMessage } = cause as { code?: string; stderr?: string; shortMessage?: string };
    const missing = code === 'ENOENT';
    throw new UsageError(
      missing
        ? `unpacking ${archive}: the program tar was not found; install it, or unpack the archive by hand and give its folder with --data`
        : `unpacking ${archive} failed: ${stderr?.trim() || shortMessage}; free some space or check the folder's permissions, then run the command again`,
      { cause },
    );
  }
}
