import { join, resolve } from 'node:path';
import { findCifar10, surveyCifar10 } from '../data/cifar10.ts';
import { fetchCifar10 } from '../data/cifar10-archive.ts';
import { UsageError } from '../errors.ts';
import { cacheFolder } from '../setup/platform.mjs';

export interface DataFolderOptions {
  /** Value of --data. */
  data: string | undefined;
  download: boolean;
  env: NodeJS.ProcessEnv;
  checkout: string;
  /** Receives a line of progress. */
  log(line: string): void;
}

/**
 * The folder that holds CIFAR-10: --data, else $FACTORBENCH_DATA, else `data/` in the checkout, else `data/` in the
 * user's cache; null where there is none. With `download` it is fetched into the folder that was named, else into the
 * user's cache. Throws UsageError where a folder was named and does not hold it, and where its files are damaged.
 */
export async function locateData(options: DataFolderOptions): Promise<string | null> {
  const { data, download, env, checkout } = options;
  const userFolder = join(cacheFolder(env), 'data');
  const named = namedFolder(data, env);
  const places = named === null ? [join(checkout, 'data'), userFolder] : [named.folder];
  for (const place of places) {
    const found = await findCifar10(place);
    if (found !== null) {
      await surveyCifar10(found);
      return found;
    }
  }
  if (download) return await fetchInto(named?.folder ?? userFolder, options.log);
  if (named === null) return null;
  throw new UsageError(
    `${named.origin}: ${named.folder} does not hold CIFAR-10 (binary version: data_batch_1.bin to data_batch_5.bin and ` +
      'test_batch.bin, there or in cifar-10-batches-bin). Name its folder with --data, or fetch it with --download.',
  );
}

function namedFolder(data: string | undefined, env: NodeJS.ProcessEnv): { folder: string; origin: string } | null {
  if (data !== undefined) return { folder: resolve(data), origin: `--data ${data}` };
  const fromEnvironment = env.FACTORBENCH_DATA;
  if (fromEnvironment === undefined || fromEnvironment === '') return null;
  return { folder: resolve(fromEnvironment), origin: 'FACTORBENCH_DATA' };
}

async function fetchInto(folder: string, log: (line: string) => void): Promise<string> {
  log(`Downloading CIFAR-10 into ${folder} ...`);
  const found = await fetchCifar10(folder);
  log(`CIFAR-10 is in ${found}.`);
  return found;
}
