import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { FolderDataset } from '../../data/file-dataset.ts';
import { fileDatasets } from '../../data/images/file-datasets.ts';
import { textDatasets } from '../../data/text/text-datasets.ts';
import { UsageError } from '../../errors.ts';
import type { DataFolders } from '../../run/protocol.ts';
import { cacheFolder } from '../../setup/platform.mjs';
import type { DataFolderName } from '../../spec/spec.ts';

type AnyDataset = FolderDataset<DataFolderName, unknown>;
const folderDatasets: Readonly<Record<DataFolderName, AnyDataset>> = { ...fileDatasets, ...textDatasets };

export interface DataFolderOptions {
  /** The data sets to look for. */
  datasets: readonly DataFolderName[];
  /** Value of --data. */
  data: string | undefined;
  download: boolean;
  env: NodeJS.ProcessEnv;
  checkout: string;
  /** Receives a line of progress. */
  log(line: string): void;
}

/**
 * The folders that hold the data sets, each looked for in --data, else in $FACTORBENCH_DATA, else in `data/` in the
 * checkout and then in the user's cache; without those that are nowhere. With `download` these are fetched into the folder
 * that was named, else into the user's cache, or into the checkout's `data/` where only that can be written (an image).
 * Throws UsageError where a folder was named and holds none of them, and where files are damaged.
 */
export async function locateData(options: DataFolderOptions): Promise<DataFolders> {
  const { data, download, env, checkout, log } = options;
  const datasets = options.datasets.map((name) => folderDatasets[name]);
  const userFolder = join(cacheFolder(env), 'data');
  const named = namedFolder(data, env);
  const places = named === null ? [join(checkout, 'data'), userFolder] : [named.folder];
  const folders: Partial<Record<DataFolderName, string>> = {};
  for (const dataset of datasets) {
    const found =
      (await findIn(dataset, places)) ??
      (download ? await fetchInto(dataset, named?.folder ?? ownTarget(checkout, userFolder), log) : null);
    if (found !== null) folders[dataset.name] = found;
  }
  if (named !== null && datasets.length > 0 && Object.keys(folders).length === 0) {
    const sought = datasets.map(({ title, holds }) => `${title} (${holds})`).join(', nor ');
    throw new UsageError(
      `${named.origin}: ${named.folder} does not hold ${sought}. Name its folder with --data, or fetch it with --download.`,
    );
  }
  return folders;
}

/** Where data goes that no folder was named for. */
function ownTarget(checkout: string, userFolder: string): string {
  const inCheckout = join(checkout, 'data');
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

async function findIn(dataset: AnyDataset, places: readonly string[]): Promise<string | null> {
  for (const place of places) {
    const found = await dataset.find(place);
    if (found === null) continue;
    await dataset.open(found);
    return found;
  }
  return null;
}

function namedFolder(data: string | undefined, env: NodeJS.ProcessEnv): { folder: string; origin: string } | null {
  if (data !== undefined) return { folder: resolve(data), origin: `--data ${data}` };
  const fromEnvironment = env.FACTORBENCH_DATA;
  if (fromEnvironment === undefined || fromEnvironment === '') return null;
  return { folder: resolve(fromEnvironment), origin: 'FACTORBENCH_DATA' };
}

async function fetchInto(dataset: AnyDataset, folder: string, log: (line: string) => void): Promise<string> {
  log(`Downloading ${dataset.title} into ${folder} ...`);
  const found = await dataset.fetch(folder);
  log(`${dataset.title} is in ${found}.`);
  return found;
}
