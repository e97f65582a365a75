import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFile } from '../file-errors.ts';
import { type Store, storeAt } from './records/store.ts';

/** How cells run that go into no output folder. */
export interface AsideOptions {
  jobs: number;
  timeLimitSeconds: number;
  workerPath: string;
  killAfterMs: number;
  signal: AbortSignal;
  stream: NodeJS.WritableStream & { isTTY?: boolean };
}

/**
 * Gives a store in a temporary folder, which is removed at the end.
 *
 * @param purpose in the folder's name
 * @throws UsageError where there can be no such folder
 */
export async function withTemporaryStore<T>(purpose: string, use: (store: Store) => Promise<T>): Promise<T> {
  const folder = await onFile({ done: 'written', remedy: 'set TMPDIR to another folder' }, () =>
    mkdtemp(join(tmpdir(), `factorbench-${purpose}-`)),
  );
  try {
    return await use(storeAt(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
