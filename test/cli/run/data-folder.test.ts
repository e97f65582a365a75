import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DataFolderOptions, locateData } from '../../../harness/cli/run/data-folder.ts';
import { pairedRecordsOf, recordsOf, writeCifar10, writeCifar100 } from '../../data/images/cifar-files.ts';
import { multi30kText, writeText } from '../../data/text/text-files.ts';
import { temporaryFolder } from '../../run/helpers.ts';

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
      datasets: ['cifar-10'],
      data: undefined,
      download: false,
      env,
      checkout: join(root, 'checkout'),
      log: () => {},
      ...rest,
    });
  };
  return {
    folders,
    locate,
    inFolder: (place: keyof typeof folders) => ({ 'cifar-10': join(folders[place], 'cifar-10-batches-bin') }),
  };
}

it('prefers --data to the environment, that to the checkout, that to the cache', async () => {
  const { folders, locate, inFolder } = await places('named', 'environment', 'checkout', 'cache');
  expect(await locate({ data: folders.named, environment: true })).toEqual(inFolder('named'));
  expect(await locate({ environment: true })).toEqual(inFolder('environment'));
  expect(await locate()).toEqual(inFolder('checkout'));
});

it('says which published files are not there, and uses the others', async () => {
  const { locate, inFolder } = await places('checkout');
  const lines: string[] = [];
  expect(await locate({ log: (line) => void lines.push(line) })).toEqual(inFolder('checkout'));
  expect(lines).toEqual([
    expect.stringMatching(/^CIFAR-10 in .*: data_batch_2\.bin, .* not there; used are data_batch_1/),
  ]);
});

it('looks in the user’s cache last, and finds nothing where there is nothing', async () => {
  const cached = await places('cache');
  expect(await cached.locate()).toEqual(cached.inFolder('cache'));
  expect(await (await places()).locate()).toEqual({});
});

it('does not look elsewhere where a named folder lacks the data', async () => {
  const { folders, locate } = await places('checkout', 'cache');
  await expect(locate({ data: folders.named })).rejects.toThrow(`--data ${folders.named}: `);
  await expect(locate({ environment: true })).rejects.toThrow(`FACTORBENCH_DATA: ${folders.environment} does not hold`);
});

it('downloads into the checkout where the cache cannot be written, else into the cache', async () => {
  const { folders, locate } = await places();
  const into = async () => {
    const lines: string[] = [];
    // Ended before anything is fetched.
    await locate({
      download: true,
      log: (line) => {
        lines.push(line);
        throw new Error('enough');
      },
    }).catch(() => {});
    return lines;
  };
  await mkdir(folders.checkout, { recursive: true });
  expect(await into()).toEqual([expect.stringContaining(` into ${folders.cache} `)]);
  await writeFile(join(folders.cache, '..'), 'a file, in which no folder can be made');
  expect(await into()).toEqual([expect.stringContaining(` into ${folders.checkout} `)]);
});

describe('several data sets', () => {
  const datasets = ['cifar-10', 'cifar-100'] as const;
  const hundred = { 'train.bin': pairedRecordsOf([[1, 2]]), 'test.bin': pairedRecordsOf([[3, 4]]) };

  it('may lie in different places', async () => {
    const { folders, locate } = await places('checkout');
    const there = await writeCifar100(folders.cache, hundred);
    expect(await locate({ datasets })).toEqual({
      'cifar-10': join(folders.checkout, 'cifar-10-batches-bin'),
      'cifar-100': there,
    });
  });

  it('may be partly there in a named folder, which must hold at least one', async () => {
    const { folders, locate, inFolder } = await places('named');
    expect(await locate({ datasets, data: folders.named })).toEqual(inFolder('named'));
    const none = locate({ datasets, data: folders.checkout });
    await expect(none).rejects.toThrow(
      /does not hold CIFAR-10 \(.*data_batch_1\.bin.*\), nor CIFAR-100 \(.*train\.bin.*\)\. Name its folder with --data/,
    );
  });
});

it('finds parallel text like images, and refuses sides that do not fit', async () => {
  const { folders, locate } = await places('checkout');
  const datasets = ['cifar-10', 'multi30k', 'iwslt14-de-en'] as const;
  const there = await writeText(join(folders.cache, 'multi30k'), multi30kText);
  expect(await locate({ datasets })).toEqual({
    'cifar-10': join(folders.checkout, 'cifar-10-batches-bin'),
    multi30k: there,
  });
  await writeText(there, { 'val.en': '' });
  await expect(locate({ datasets })).rejects.toThrow('line 1 of');
});

it('does not download what is there', async () => {
  const { folders, locate, inFolder } = await places('named');
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  expect(await locate({ data: folders.named, download: true, log })).toEqual(inFolder('named'));
  expect(lines).toEqual([expect.stringContaining('not there; used are')]);
});

it('refuses damaged files before anything runs', async () => {
  const { folders, locate } = await places();
  await writeCifar10(folders.named, { ...files, 'test_batch.bin': new Uint8Array(100) });
  await expect(locate({ data: folders.named })).rejects.toThrow(/test_batch\.bin/);
});
