import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cifar10 } from '../../harness/data/images/cifar-10.ts';
import { cifar100 } from '../../harness/data/images/cifar-100.ts';
import { tinyImagenet } from '../../harness/data/images/tiny-imagenet.ts';
import { failure } from './failure.ts';
import { type FileServer, sendFile, serve } from './file-server.ts';
import { pairedRecordsOf, recordsOf, writeCifar10, writeCifar100 } from './images/cifar-files.ts';
import { zipOf } from './zip-files.ts';

const batches = { 'data_batch_1.bin': recordsOf([3, 9]), 'test_batch.bin': recordsOf([5]) };
let dir: string;
let server: FileServer | null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-archive-'));
  server = null;
});
afterEach(async () => {
  await server?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Serves `archive`, with its true size and checksum. */
async function options(archive: Uint8Array) {
  server = await serve((request, response) => sendFile(request, response, archive));
  const md5 = createHash('md5').update(archive).digest('hex');
  return { url: server.url, bytes: archive.length, md5, tries: 1 };
}

async function archiveOf(files: Record<string, Uint8Array>, write = writeCifar10): Promise<Uint8Array> {
  const source = join(dir, 'source');
  const folder = basename(await write(source, files));
  await execa('tar', ['-czf', join(dir, 'a.tar.gz'), '-C', source, folder]);
  return readFile(join(dir, 'a.tar.gz'));
}

test('an empty folder in the place of the data is filled', async () => {
  const archive = await archiveOf(batches);
  const target = join(dir, 'target');
  await mkdir(join(target, 'cifar-10-batches-bin'), { recursive: true });
  const folder = await cifar10.fetch(target, await options(archive));
  expect(folder).toBe(join(target, 'cifar-10-batches-bin'));
  expect((await readdir(folder)).sort()).toEqual(['data_batch_1.bin', 'test_batch.bin']);
});

test('the archives are the published ones', () => {
  expect([cifar10.folder, cifar10.downloads]).toEqual([
    'cifar-10-batches-bin',
    [
      {
        file: 'cifar-10-binary.tar.gz',
        url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        bytes: 170052171,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      },
    ],
  ]);
  expect([cifar100.folder, cifar100.downloads]).toEqual([
    'cifar-100-binary',
    [
      {
        file: 'cifar-100-binary.tar.gz',
        url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
        bytes: 168513733,
        md5: '03b5dce01913d631647c71ecec9e9cb8',
      },
    ],
  ]);
  expect([tinyImagenet.folder, tinyImagenet.downloads]).toEqual([
    'tiny-imagenet-200',
    [
      {
        file: 'tiny-imagenet-200.zip',
        url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
        bytes: 248100043,
        md5: '90528d7ca1a48142e341f4ef8d21d0de',
      },
    ],
  ]);
});

test('the archive is fetched and unpacked, and only the data stay', async () => {
  const target = join(dir, 'new', 'data');
  const folder = await cifar10.fetch(target, await options(await archiveOf(batches)));
  expect(folder).toBe(join(target, 'cifar-10-batches-bin'));
  expect(await readdir(target)).toEqual(['cifar-10-batches-bin']);
  expect(await readdir(folder)).toEqual(['data_batch_1.bin', 'test_batch.bin']);
  expect(Buffer.compare(await readFile(join(folder, 'test_batch.bin')), batches['test_batch.bin'])).toBe(0);
});

test('CIFAR-100 is fetched into its own folder, and checked', async () => {
  const files = { 'train.bin': pairedRecordsOf([[1, 2]]), 'test.bin': pairedRecordsOf([[3, 4]]) };
  const target = join(dir, 'data');
  const folder = await cifar100.fetch(target, await options(await archiveOf(files, writeCifar100)));
  expect(folder).toBe(join(target, 'cifar-100-binary'));
  expect(await readdir(target)).toEqual(['cifar-100-binary']);
  expect(await readdir(folder)).toEqual(['test.bin', 'train.bin']);
});

test('Tiny-ImageNet is fetched and unpacked from its zip archive, and checked', async () => {
  const wnid = 'n01443537';
  const files = {
    'wnids.txt': `${wnid}\n`,
    [`train/${wnid}/images/${wnid}_0.JPEG`]: 'not read yet',
    'val/images/val_0.JPEG': 'not read yet',
    'val/val_annotations.txt': `val_0.JPEG\t${wnid}\t0\t0\t1\t1\n`,
  };
  const zipped = (content: typeof files) =>
    zipOf(Object.fromEntries(Object.entries(content).map(([name, data]) => [`tiny-imagenet-200/${name}`, data])));
  const target = join(dir, 'data');
  const damaged = zipped({ ...files, 'wnids.txt': 'n00000000\n' });
  expect(await failure(tinyImagenet.fetch(target, await options(damaged)))).toContain('n00000000');
  await server?.close();
  expect(await readdir(target)).toEqual(['tiny-imagenet-200.zip']);
  const folder = await tinyImagenet.fetch(target, await options(zipped(files)));
  expect(folder).toBe(join(target, 'tiny-imagenet-200'));
  expect(await readdir(target)).toEqual(['tiny-imagenet-200']);
  expect((await tinyImagenet.open(folder)).counts).toEqual({ train: 1, test: 1 });
});

test('data that are there already are not fetched', async () => {
  const archive = await options(await archiveOf(batches));
  const folder = await writeCifar10(join(dir, 'data'), batches);
  expect(await cifar10.fetch(join(dir, 'data'), archive)).toBe(folder);
  expect(await cifar10.fetch(folder, archive)).toBe(folder);
  expect(server!.ranges).toEqual([]);
});

test('damaged data that are there already are reported, not replaced', async () => {
  const archive = await options(await archiveOf(batches));
  await writeCifar10(join(dir, 'data'), { 'data_batch_1.bin': recordsOf([1]) });
  expect(await failure(cifar10.fetch(join(dir, 'data'), archive))).toContain('holds no test_batch.bin');
});

test('an archive that tar cannot read is reported with what tar says, and leaves no folder', async () => {
  const target = join(dir, 'data');
  const message = await failure(cifar10.fetch(target, await options(Buffer.from('this is no archive'))));
  expect(message).toContain(`unpacking ${join(target, 'cifar-10-binary.tar.gz')} failed: `);
  expect(message).toContain('gzip');
  expect(await readdir(target)).toEqual(['cifar-10-binary.tar.gz']);
});

test('an archive without the batches is refused, and leaves no folder', async () => {
  const target = join(dir, 'data');
  const message = await failure(
    cifar10.fetch(target, await options(await archiveOf({ 'readme.html': Buffer.from('-') }))),
  );
  expect(message).toContain('holds no data_batch_1.bin');
  expect(await readdir(target)).toEqual(['cifar-10-binary.tar.gz']);
});

test('a machine without tar is told what to do', async () => {
  const archive = await options(await archiveOf(batches));
  const path = process.env.PATH;
  await mkdir(join(dir, 'bin'));
  await writeFile(join(dir, 'bin', 'nothing'), '');
  process.env.PATH = join(dir, 'bin');
  try {
    expect(await failure(cifar10.fetch(join(dir, 'data'), archive))).toContain(
      'the program tar was not found; install it',
    );
  } finally {
    process.env.PATH = path;
  }
});
