import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type DataFolderOptions, locateData } from '../../harness/cli/data-folder.ts';
import { recordsOf, writeCifar10 } from '../data/cifar10-files.ts';
import { temporaryFolder } from '../run/helpers.ts';

const files = { 'data_batch_1.bin': recordsOf([1, 2]), 'test_batch.bin': recordsOf([3]) };

/** Four places that the data may lie in; those named hold it. */
async function places(...filled: ('named' | 'environment' | 'checkout' | 'cache')[]) {
  const root = await temporaryFolder();
  const folders = {
    named: join(root, 'named'),
    environment: join(root, 'environment'),
    checkout: join(root, 'checkout', 'data'),
    cache: join(root, 'cache', 'data'),
  };
  for (const place of filled) await writeCifar10(folders[place], files);
  const locate = (options: Partial<DataFolderOptions> & { environment?: boolean } = {}) => {
    const { environment, ...rest } = options;
    const env = { FACTORBENCH_CACHE: join(root, 'cache'), FACTORBENCH_DATA: environment ? folders.environment : '' };
    return locateData({
      ...{ data: undefined, download: false, env, checkout: join(root, 'checkout'), log: () => {} },
      ...rest,
    });
  };
  return { folders, locate, inFolder: (place: keyof typeof folders) => join(folders[place], 'cifar-10-batches-bin') };
}

it('prefers --data to the environment, that to the checkout, that to the cache', async () => {
  const { folders, locate, inFolder } = await places('named', 'environment', 'checkout', 'cache');
  expect(await locate({ data: folders.named, environment: true })).toBe(inFolder('named'));
  expect(await locate({ environment: true })).toBe(inFolder('environment'));
  expect(await locate()).toBe(inFolder('checkout'));
});

it('looks in the user’s cache last, and finds nothing where there is nothing', async () => {
  const cached = await places('cache');
  expect(await cached.locate()).toBe(cached.inFolder('cache'));
  expect(await (await places()).locate()).toBeNull();
});

it('does not look elsewhere where a named folder lacks the data', async () => {
  const { folders, locate } = await places('checkout', 'cache');
  await expect(locate({ data: folders.named })).rejects.toThrow(`--data ${folders.named}: `);
  await expect(locate({ environment: true })).rejects.toThrow(`FACTORBENCH_DATA: ${folders.environment} does not hold`);
});

it('does not download what is there', async () => {
  const { folders, locate, inFolder } = await places('named');
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  expect(await locate({ data: folders.named, download: true, log })).toBe(inFolder('named'));
  expect(lines).toEqual([]);
});

it('refuses damaged files before anything runs', async () => {
  const { folders, locate } = await places();
  await writeCifar10(folders.named, { ...files, 'test_batch.bin': new Uint8Array(100) });
  await expect(locate({ data: folders.named })).rejects.toThrow(/test_batch\.bin/);
});
