import { createReadStream, createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../errors.ts';
import { fileErrorWords } from '../setup/file-errors.mjs';
import { makeFolder } from '../setup/make-folder.mjs';

/**
 * Unpacks an archive, `.tar.gz`, `.tgz` or `.zip` by its name, into a folder.
 * @throws UsageError where it is damaged or the files cannot be written.
 */
export async function unpack(archive: string, into: string): Promise<void> {
  await (archive.endsWith('.zip') ? unpackZip(archive, into) : unpackTar(archive, into));
}

/**
 * Unpacks one compressed file (RFC 1952).
 * @throws UsageError where it is damaged or the file cannot be written.
 */
export async function gunzip(archive: string, path: string): Promise<void> {
  try {
    await pipeline(createReadStream(archive), createGunzip(), createWriteStream(path));
  } catch (cause) {
    throw failed(archive, reasonOf(cause), cause);
  }
}

async function unpackTar(archive: string, into: string): Promise<void> {
  try {
    const { execa } = await import('execa');
    await execa('tar', ['-xzf', archive, '-C', into, '--no-same-owner']);
  } catch (cause) {
    const { code, stderr, shortMessage } = cause as { code?: string; stderr?: string; shortMessage?: string };
    if (code === 'ENOENT') {
      throw new UsageError(
        `unpacking ${archive}: the program tar was not found; install it, ` +
          'or unpack the archive by hand and give its folder with --data',
        { cause },
      );
    }
    throw failed(archive, stderr?.trim() || shortMessage, cause);
  }
}

async function unpackZip(archive: string, into: string): Promise<void> {
  try {
    const { openPromise } = await import('yauzl');
    // The library refuses names that lead out of the folder.
    const zip = await openPromise(archive);
    for await (const entry of zip.eachEntry()) {
      const path = join(into, entry.fileName);
      if (entry.fileName.endsWith('/')) {
        makeFolder(path);
        continue;
      }
      makeFolder(dirname(path));
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
    }
  } catch (cause) {
    throw failed(archive, reasonOf(cause), cause);
  }
}

function reasonOf(cause: unknown): string {
  return fileErrorWords(cause, { done: 'used' }) ?? (cause instanceof Error ? cause.message : String(cause));
}

function failed(archive: string, reason: string | undefined, cause: unknown): UsageError {
  return new UsageError(
    `unpacking ${archive} failed: ${reason}; free some space or check the folder's permissions, ` +
      'then run the command again',
    { cause },
  );
}
