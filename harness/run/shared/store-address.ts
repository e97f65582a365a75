import { randomUUID } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import { parseBucketAddress } from './bucket/bucket-address.ts';
import { folderStore } from './folder-store.ts';
import { folderOf, type SharedStore } from './shared-store.ts';

/** Where a shared store is. */
export interface StoreAddress {
  /** For people, logs and files: without keys. */
  readonly shown: string;
  /**
   * Reaches the store's part for one run, and looks whether it can be written, read and cleared.
   *
   * @throws UsageError where it cannot
   */
  open(run: { suite: string; profile: string }): Promise<SharedStore>;
}

/**
 * Reads where a shared store is: `s3://BUCKET[/FOLDER]`, or a folder.
 *
 * @param folder gives the absolute path of a folder
 * @throws UsageError where it is none
 */
export function parseStoreAddress(
  text: string,
  env: NodeJS.ProcessEnv,
  folder: (text: string) => string,
): StoreAddress {
  if (/^s3:/i.test(text)) {
    const address = parseBucketAddress(text, env);
    return {
      shown: address.shown,
      async open(run) {
        const { bucketStore } = await import('./bucket/bucket-store.ts');
        return opened(await bucketStore(address, env), run);
      },
    };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new UsageError('--store: is neither s3://BUCKET[/FOLDER] nor the path of a folder; correct it.');
  }
  const path = folder(text);
  return { shown: path, open: (run) => opened(folderStore(path), run) };
}

async function opened(
  store: SharedStore,
  { suite, profile }: { suite: string; profile: string },
): Promise<SharedStore> {
  const own = folderOf(store, `${suite}-${profile}`);
  try {
    const name = `trial-${randomUUID()}`;
    const bytes = Buffer.from(name);
    await own.put(name, bytes);
    const back = await own.get(name, bytes.length);
    await own.remove(name);
    if (back === null || !back.equals(bytes)) {
      throw new UsageError(`--store ${own.shown}: does not give back what was put into it; check the server.`);
    }
    return own;
  } catch (error) {
    await own.close();
    throw error;
  }
}
