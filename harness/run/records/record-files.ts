import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { withPackedCurve } from './packed-curve.ts';
import { type PackedRead, packedRead } from './packed-read.ts';
import { cellOfFile, type ReadFile, readRecordFile } from './record-file.ts';

/** Reading the records of a folder: one at a time in each thread, with their curves packed. */

/** A file, the cell that it is named after, and what it holds. */
export interface NamedRead {
  path: string;
  cell: string;
  read: ReadFile;
}

/** Files that a thread must have to be worth starting. */
const leastFiles = 250;
const mostThreads = 4;

/** Reads the files, in order; many of them in several threads, as most of the time goes into checking long curves. */
export async function readRecordFiles(paths: readonly string[]): Promise<NamedRead[]> {
  const known = new Map<string, readonly string[]>();
  const found: NamedRead[] = [];
  const keep = (i: number, read: PackedRead) => {
    const path = paths[i]!;
    found[i] = { path, cell: cellOfFile(path), read: unpackedRead(read) };
  };
  const threads = Math.min(mostThreads, availableParallelism(), Math.floor(paths.length / leastFiles));
  // Sources that were not built, as in tests, cannot be loaded by a thread of their own.
  if (threads < 2 || extname(import.meta.url) === '.ts') {
    for (const [i, path] of paths.entries()) keep(i, packedRead(await readRecordFile(path), known));
    return found;
  }
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const own = [...paths.keys()].filter((i) => i % threads === thread);
      const refused = await readInThread(
        own.map((i) => paths[i]!),
        (at, read) => keep(own[at]!, read),
      );
      // Read again here, where the error has its class and is thrown to who asked.
      for (const at of refused) keep(own[at]!, packedRead(await readRecordFile(paths[own[at]!]!), known));
    }),
  );
  return found;
}

function unpackedRead({ read, curve }: PackedRead): ReadFile {
  if (read.record === null || curve === null) return read;
  return { record: withPackedCurve(read.record, curve) };
}

/** What a thread says of some of its files: what it read, or null where the system refused. */
export type ThreadMessage = { at: number; read: PackedRead | null }[];

/** Megabytes of young objects, all of which die with their record. */
const youngGeneration = 32;

/** Reads files in a thread; resolves to the places of those that the system refused to read. */
function readInThread(paths: readonly string[], keep: (at: number, read: PackedRead) => void): Promise<number[]> {
  const refused: number[] = [];
  const worker = new Worker(new URL('./record-thread.js', import.meta.url), {
    workerData: paths,
    resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
  });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: ThreadMessage) => {
      for (const { at, read } of message) {
        if (read === null) refused.push(at);
        else keep(at, read);
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve(refused);
      else reject(new Error(`a thread that read records ended with code ${code}`));
    });
  });
}
