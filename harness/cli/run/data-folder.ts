import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FolderDataset } from '../../data/dataset.ts';
import { contentOf } from '../../data/folder.ts';
import { datasetNamed } from '../../data/registry.ts';
import { UsageError } from '../../errors.ts';
import type { DataFolders } from '../../run/protocol.ts';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { userPath } from '../../setup/user-path.mjs';
import type { DataFolderName } from '../../spec/datasets.ts';

export interface DataFolderOptions {
  /** The data sets to look for. */
  datasets: readonly DataFolderName[];
  /** Value of --data, an absolute path. */
  data: string | undefined;
  download: boolean;
  env: NodeJS.ProcessEnv;
  checkout: string;
  /** Receives a line of progress. */
  log(line: string): void;
}

/**
 * The folders that hold the data sets, each looked for in --data, else in $FACTORBENCH_DATA, else in `data/` in the
 * checkout and then in the user's cache; without those that are nowhere. With `download` these are fetched into the
 * folder that was named, else into the user's cache, or into the checkout's `data/` where only that can be written (an
 * image). Throws UsageError where a folder was named and holds none of them, and where files are damaged.
 */
export async function locateData(options: DataFolderOptions): Promise<DataFolders> {
  const { download, log } = options;
  const datasets = options.datasets.map((name) => datasetNamed(name));
  const { places, named, target } = searchPlaces(options);
  const folders: Partial<Record<DataFolderName, string>> = {};
  for (const dataset of datasets) {
    const found = await findIn(dataset, places);
    if (found?.lacking !== undefined) log(`${dataset.title} in ${found.folder}: ${found.lacking}.`);
    const isPublished = dataset.downloads.length > 0;
    const folder = found?.folder ?? (download && isPublished ? await fetchInto(dataset, target, log) : null);
    if (folder !== null) folders[dataset.name] = folder;
  }
  if (named !== null && datasets.length > 0 && Object.keys(folders).length === 0) {
    const sought = datasets.map((dataset) => `${dataset.title} (${contentOf(dataset)})`).join(', nor ');
    throw new UsageError(
      `${named.origin}: ${named.folder} does not hold ${sought}. ` +
        'Name its folder with --data, or fetch it with --download.',
    );
  }
  return folders;
}

/** The folders that data sets are looked for in, and the one that they are downloaded into. */
export interface SearchPlaces {
  readonly places: readonly string[];
  /** The only one, where it was named, and what named it. */
  readonly named: { readonly folder: string; readonly origin: string } | null;
  readonly target: string;
}

/** Where the options and the environment let data sets lie. */
export function searchPlaces({
  data,
  env,
  checkout,
}: Pick<DataFolderOptions, 'data' | 'env' | 'checkout'>): SearchPlaces {
  const named = namedFolder(data, env);
  if (named !== null) return { named, places: [named.folder], target: named.folder };
  const [inCheckout, userFolder] = [join(checkout, 'data'), join(cacheFolder(env), 'data')];
  return { named, places: [inCheckout, userFolder], target: ownTarget(inCheckout, userFolder) };
}

/** Where data goes that no folder was named for. */
function ownTarget(inCheckout: string, userFolder: string): string {
  return !isWritable(userFolder) && isWritable(inCheckout) ? inCheckout : userFolder;
}

/** Whether a folder can be written, or made. */
function isWritable(folder: string): boolean {
  if (!existsSync(folder)) return dirname(folder) !== folder && isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** Where a data set's files lie, and in words what of them is not there. */
export interface FoundFolder {
  readonly folder: string;
  readonly lacking: string | undefined;
}

/**
 * The folder of a data set's files, checked, in the first of the places that holds any; null: in none.
 * @throws UsageError where they are damaged or cannot be read
 */
export async function findIn(dataset: FolderDataset, places: readonly string[]): Promise<FoundFolder | null> {
  for (const place of places) {
    const folder = await dataset.find(place);
    if (folder === null) continue;
    const { lacking } = await dataset.open(folder);
    return { folder, lacking };
  }
  return null;
}

function namedFolder(data: string | undefined, env: NodeJS.ProcessEnv): SearchPlaces['named'] {
  if (data !== undefined) return { folder: data, origin: `--data ${data}` };
  const fromEnvironment = env.FACTORBENCH_DATA;
  if (fromEnvironment === undefined || fromEnvironment === '') return null;
  return { folder: userPath(fromEnvironment, env), origin: 'FACTORBENCH_DATA' };
}

async function fetchInto(dataset: FolderDataset, folder: string, log: (line: string) => void): Promise<string> {
  log(`Downloading ${dataset.title} into ${folder} ...`);
  const found = await dataset.fetch(folder);
  log(`${dataset.title} is in ${found}.`);
  return found;
}
