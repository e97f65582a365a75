import { randomInt } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { explainFileError } from './file-errors.ts';
import { makeFolder } from './setup/make-folder.mjs';

/** Machines that share a folder may have processes of the same number: they begin to count at different numbers. */
let written = randomInt(2 ** 40);

/**
 * Writes a file so that readers see the old content or the whole new content, never a part: a temporary file
 * beside it, flushed to the disk, then renamed. `FileHandle.writeFile` repeats short writes, which a nearly full disk
 * causes; a single write call would leave a truncated file behind without an error.
 * Throws UsageError where the system refuses that, as on a full disk; the temporary file is removed.
 *
 * @param remedy what else helps: the option that named the file, null where none did; left out: it is one of --out
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  remedy: string | null = 'choose another folder with --out; what was finished before is kept',
): Promise<void> {
  const temporary = `${path}.${process.pid}-${written++}.tmp`;
  try {
    makeFolder(dirname(path));
    await replaceFile(path, temporary, content);
  } catch (error) {
    throw explainFileError(error, { done: 'written', path, ...(remedy === null ? {} : { remedy }) });
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
