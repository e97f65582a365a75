import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCifar10, readCifar10, surveyCifar10 } from '../../harness/data/cifar10.ts';
import { byteAt, recordsOf, writeCifar10 } from './cifar10-files.ts';
import { failure } from './failure.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-cifar10-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const twoBatches = () => ({
  'data_batch_1.bin': recordsOf([3, 9], 0),
  'data_batch_4.bin': recordsOf([0, 7, 1], 2),
  'test_batch.bin': recordsOf([5], 5),
});

test('the training batches that are there and the test batch are counted', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  const files = await surveyCifar10(folder);
  expect(files.trainCount).toBe(5);
  expect(files.testCount).toBe(1);
  expect(files.train).toEqual([
    { path: join(folder, 'data_batch_1.bin'), count: 2 },
    { path: join(folder, 'data_batch_4.bin'), count: 3 },
  ]);
});

test('planes become pixels, images follow each other across files', async () => {
  const { train } = await surveyCifar10(await writeCifar10(dir, twoBatches()));
  const set = await readCifar10(train, 5);
  expect(set.count).toBe(5);
  expect([...set.labels]).toEqual([3, 9, 0, 7, 1]);
  const expected: number[] = [];
  for (let n = 0; n < 5; n++) {
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) for (let c = 0; c < 3; c++) expected.push(byteAt(n, y, x, c));
    }
  }
  expect(Buffer.compare(set.images, Uint8Array.from(expected))).toBe(0);
});

test('the first bytes of an image are red, green and blue of the pixel at the top left', async () => {
  const record = new Uint8Array(3073);
  record.set([6, 10, 11]);
  record[1 + 1024] = 20;
  record[1 + 2048] = 30;
  record[3072] = 33;
  const { test: file } = await surveyCifar10(
    await writeCifar10(dir, { 'data_batch_1.bin': record, 'test_batch.bin': record }),
  );
  const { images, labels } = await readCifar10([file], 1);
  expect([...labels]).toEqual([6]);
  expect([...images.subarray(0, 6)]).toEqual([10, 20, 30, 11, 0, 0]);
  expect(images[3071]).toBe(33);
});

test('a part of the images is the first of them, and later records are not read', async () => {
  const { train } = await surveyCifar10(
    await writeCifar10(dir, { ...twoBatches(), 'data_batch_4.bin': recordsOf([0, 77]) }),
  );
  expect([...(await readCifar10(train, 3)).labels]).toEqual([3, 9, 0]);
  await expect(readCifar10(train, 4)).rejects.toThrow('label 77');
});

test('a label above 9 names file, record and byte offset', async () => {
  const folder = await writeCifar10(dir, { ...twoBatches(), 'data_batch_4.bin': recordsOf([0, 10, 1]) });
  const { train } = await surveyCifar10(folder);
  const message = await failure(readCifar10(train, 5));
  expect(message).toContain(`${join(folder, 'data_batch_4.bin')}: record 1 (byte offset 3073) has label 10`);
  expect(message).toContain('--data');
});

test('a size that is not that of whole records names the broken record', async () => {
  const folder = await writeCifar10(dir, {
    ...twoBatches(),
    'data_batch_1.bin': recordsOf([1, 2]).subarray(0, 3073 + 5),
  });
  const message = await failure(surveyCifar10(folder));
  expect(message).toContain(join(folder, 'data_batch_1.bin'));
  expect(message).toContain(
    "3078 bytes are not a multiple of the record's 3073; record 1 (byte offset 3073) ends after 5",
  );
});

test('an empty file is refused', async () => {
  const folder = await writeCifar10(dir, { ...twoBatches(), 'test_batch.bin': new Uint8Array(0) });
  expect(await failure(surveyCifar10(folder))).toContain(`${join(folder, 'test_batch.bin')} is empty`);
});

test('a missing test batch is refused', async () => {
  const folder = await writeCifar10(dir, { 'data_batch_1.bin': recordsOf([1]) });
  expect(await failure(surveyCifar10(folder))).toContain(`${folder} holds no test_batch.bin`);
});

test('missing training batches are refused', async () => {
  const folder = await writeCifar10(dir, { 'test_batch.bin': recordsOf([1]) });
  expect(await failure(surveyCifar10(folder))).toContain(`${folder} holds no data_batch_1.bin`);
});

test('a folder in the place of a batch is refused', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  await mkdir(join(folder, 'data_batch_2.bin'));
  expect(await failure(surveyCifar10(folder))).toContain(`${join(folder, 'data_batch_2.bin')} is not a file`);
});

test('a file that shrinks between counting and reading is refused', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  const { train } = await surveyCifar10(folder);
  await truncate(join(folder, 'data_batch_1.bin'), 4000);
  expect(await failure(readCifar10(train, 5))).toContain('data_batch_1.bin ended at byte 4000, in record 1');
});

test('a file that cannot be read is named with the reason', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  const { train } = await surveyCifar10(folder);
  await rm(join(folder, 'data_batch_4.bin'));
  expect(await failure(readCifar10(train, 5))).toContain(`${join(folder, 'data_batch_4.bin')} cannot be read (ENOENT)`);
});

test.skipIf(process.getuid?.() === 0)('a folder without permission is named, not taken for an absent one', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  await chmod(folder, 0o000);
  try {
    expect(await failure(findCifar10(folder))).toContain(`${folder} cannot be read (EACCES)`);
  } finally {
    await chmod(folder, 0o700);
  }
});

test('more images than the files hold are refused', async () => {
  const { train } = await surveyCifar10(await writeCifar10(dir, twoBatches()));
  expect(await failure(readCifar10(train, 6))).toContain('6 images asked for, but the files hold 5');
});

test('the data are found in the folder itself, in the one that contains it, and under another name', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  expect(await findCifar10(dir)).toBe(folder);
  expect(await findCifar10(folder)).toBe(folder);
  const renamed = join(dir, 'renamed');
  await mkdir(renamed);
  await writeFile(join(renamed, 'data_batch_5.bin'), recordsOf([1]));
  expect(await findCifar10(renamed)).toBe(renamed);
});

test('no data are found in an absent folder, an empty one, and a file', async () => {
  expect(await findCifar10(join(dir, 'absent'))).toBeNull();
  expect(await findCifar10(dir)).toBeNull();
  await writeFile(join(dir, 'file'), 'text');
  expect(await findCifar10(join(dir, 'file'))).toBeNull();
});

test('a folder of the right name is found even when it is empty, so that what it lacks is said', async () => {
  const folder = await writeCifar10(dir, {});
  expect(await findCifar10(dir)).toBe(folder);
  expect(await failure(surveyCifar10(folder))).toContain(`${folder} holds no data_batch_1.bin`);
});
