import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../setup/make-folder.mjs';

/** The most bytes of a worker's output that are kept: its first ones. */
export const longestLog = 10 * 2 ** 20;

/** What a worker prints, kept in a file. */
export interface WorkerLog {
  /** Closes the file. Its path; null where nothing was printed, or could not be written. */
  close(): string | null;
}

/**
 * Writes what comes from the streams into a file, as it comes, up to a bound, which a last line tells. Without
 * output there is no file. What cannot be written is left out: it decides nothing.
 *
 * @param path null: the output is read, as it must be, and kept nowhere
 */
export function logOutput(
  path: string | null,
  streams: readonly NodeJS.ReadableStream[],
  limit: number = longestLog,
): WorkerLog {
  let file: number | null = null;
  let left = limit;
  let broken = false;
  function write(chunk: Buffer): void {
    if (path === null || broken || left === 0) return;
    try {
      if (file === null) {
        makeFolder(dirname(path));
        file = openSync(path, 'w');
      }
      writeSync(file, chunk.subarray(0, left));
      left = Math.max(0, left - chunk.length);
      if (left === 0) writeSync(file, `\n[The output is longer than ${limit} bytes: what follows was left out.]\n`);
    } catch {
      broken = true;
    }
  }
  for (const stream of streams) stream.on('data', (chunk: Buffer | string) => write(Buffer.from(chunk)));
  return {
    close() {
      if (file !== null) closeSync(file);
      return file === null || broken ? null : path;
    },
  };
}
