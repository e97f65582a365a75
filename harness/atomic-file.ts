import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './errors.ts';

let written = 0;

/**
 * Writes a file so that readers see the old content or the whole new content, never a part: a temporary file
 * beside it, flushed to the disk, then renamed. `FileHandle.writeFile` repeats short writes, which a nearly full disk
 * causes; a single write call would leave a truncated file behind without an error.
 * Throws UsageError where the disk is full or the folder cannot be written; the temporary file is removed.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}-${written++}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, temporary, content);
  } catch (error) {
    throw describeWriteError(error, path);
  }
}

async function replaceFile(path: string, temporary: string, content: string | Uint8Array): Promise<void> {
  const file = await open(temporary, 'w');
  try {
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space or choose another folder with --out',
  EDQUOT: 'the disk quota is used up; free some space or choose another folder with --out',
  EACCES: 'permission denied; choose a folder that you may write with --out',
  EPERM: 'permission denied; choose a folder that you may write with --out',
  EEXIST: 'a part of its path is a file, not a folder; choose another folder with --out',
  EROFS: 'the file system is read-only; choose another folder with --out',
  ENAMETOOLONG: 'its name or path is too long; choose a folder with a shorter path with --out',
  ENOTDIR: 'a part of its path is a file, not a folder; choose another folder with --out',
};

function describeWriteError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const remedy = remedies[code];
  if (remedy === undefined) return error;
  return new UsageError(`Cannot write ${path}: ${remedy}. What was finished before is kept.`, { cause: error });
}
