import { readFile, stat } from 'node:fs/promises';
import { UsageError } from './errors.ts';
import { type FileUse, fileErrorWords } from './setup/file-errors.mjs';

/** A use of a file, for messages. */
export interface NamedFileUse extends FileUse {
  /** Whose file it is, said first, such as `CIFAR-10` or `--out DIR`. */
  of?: string;
}

/** A UsageError for the system's refusal of a file; any other error as it is. */
export function explainFileError(error: unknown, use: NamedFileUse): unknown {
  const words = fileErrorWords(error, use);
  if (words === null) return error;
  return new UsageError(`${use.of === undefined ? '' : `${use.of}: `}${words}.`, { cause: error });
}

/** Does something with a file; throws UsageError where the system refuses it. */
export async function onFile<T>(use: NamedFileUse, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw explainFileError(error, use);
  }
}

/** What is there cannot be a file that the program wrote: no ordinary file, or too large. */
export class DamagedFileError extends UsageError {
  /** Without the path and the remedy. */
  readonly why: string;

  constructor(path: string, why: string, remedy: string) {
    super(`${path} is damaged: ${why}; ${remedy}.`);
    this.why = why;
  }
}

/**
 * The text of a file; null where there is none. `most`: the most bytes that such a file may have; a larger one is not
 * read, as no memory may hold it.
 *
 * @throws UsageError where the system refuses it
 * @throws DamagedFileError where it is larger, or no ordinary file
 */
export async function readTextFile(path: string, { most, remedy }: { most: number; remedy: string }) {
  const use: NamedFileUse = { done: 'read', path, remedy };
  const size = await onFile(use, () => ordinarySize(path));
  if (size === null) return null;
  if (size === 'other') throw new DamagedFileError(path, 'it is not an ordinary file', remedy);
  if (size > most) {
    const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    const why = `it has ${megabytes(size)}, and such a file at most ${megabytes(most)}`;
    throw new DamagedFileError(path, why, remedy);
  }
  return onFile(use, () => readFile(path, 'utf8'));
}

/** Null where there is none; `other`: a pipe or device, whose reading may never end. */
async function ordinarySize(path: string): Promise<number | 'other' | null> {
  try {
    const information = await stat(path);
    // A folder's refusal to be read has words of its own.
    return information.isFile() || information.isDirectory() ? information.size : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
