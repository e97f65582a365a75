import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { writeFileAtomically } from '../../atomic-file.ts';
import { codeOf } from '../records/record-file.ts';
import type { Store } from '../records/store.ts';
import type { SharedStore } from './shared-store.ts';

/** The name in a shared store of a file of an output folder: that of the file. */
export function nameOf({ outDir }: Store, path: string): string {
  return relative(outDir, path).split(sep).join('/');
}

/** Copies a file of an output folder into the shared store; does nothing where there is none. */
export async function copyUp(shared: SharedStore, store: Store, path: string): Promise<void> {
  const bytes = await fileOrNull(path);
  if (bytes !== null) await shared.put(nameOf(store, path), bytes);
}

/** Copies a file of an output folder from the shared store; does nothing where there is none. */
export async function copyDown(shared: SharedStore, store: Store, path: string, most: number): Promise<void> {
  const bytes = await shared.get(nameOf(store, path), most);
  if (bytes !== null) await writeFileAtomically(path, bytes);
}

/** The bytes of a file; null where there is none. */
export async function fileOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
