import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cifar10 } from '../../../harness/data/images/cifar-10.ts';
import { cifar100 } from '../../../harness/data/images/cifar-100.ts';
import { failure } from '../failure.ts';
import { byteAt, pairedRecordsOf, recordsOf, writeCifar10, writeCifar100 } from './cifar-files.ts';

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
  expect((await cifar10.open(folder)).counts).toEqual({ train: 5, test: 1 });
});

test('what of the training batches is not there is told, with what is used', async () => {
  const open = async (files: Record<string, Uint8Array>) => cifar10.open(await writeCifar10(dir, files));
  const some = await open(twoBatches());
  expect(some.lacking).toBe(
    'data_batch_2.bin, data_batch_3.bin, data_batch_5.bin not there; ' +
      'used are data_batch_1.bin, data_batch_4.bin with 5 training images',
  );
  const rest = { 'data_batch_2.bin': recordsOf([1]), 'data_batch_3.bin': recordsOf([1]) };
  expect((await open({ ...rest, 'data_batch_5.bin': recordsOf([1]) })).lacking).toBeUndefined();
});

test('images that are others than the published first ones, as a batch before them is missing, are told', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  const { warnings } = await cifar10.open(folder);
  expect(warnings?.(2)).toEqual([]);
  expect(warnings?.(3)).toEqual([
    'CIFAR-10: the training images are the first 3 of data_batch_1.bin, data_batch_4.bin, which are others than the ' +
      `published set's: ${folder} lacks data_batch_2.bin, data_batch_3.bin.`,
  ]);
  await rm(join(folder, 'data_batch_1.bin'));
  expect((await cifar10.open(folder)).warnings?.(1)?.join()).toContain(
    'the first 1 of data_batch_4.bin, which are others',
  );
});

test('planes become pixels, images follow each other across files', async () => {
  const { read } = await cifar10.open(await writeCifar10(dir, twoBatches()));
  const set = await read('train', 5);
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
  const { read } = await cifar10.open(
    await writeCifar10(dir, { 'data_batch_1.bin': record, 'test_batch.bin': record }),
  );
  const { images, labels } = await read('test', 1);
  expect([...labels]).toEqual([6]);
  expect([...images.subarray(0, 6)]).toEqual([10, 20, 30, 11, 0, 0]);
  expect(images[3071]).toBe(33);
});

test('a part of the images is the first of them, and later records are not read', async () => {
  const { read } = await cifar10.open(
    await writeCifar10(dir, { ...twoBatches(), 'data_batch_4.bin': recordsOf([0, 77]) }),
  );
  expect([...(await read('train', 3)).labels]).toEqual([3, 9, 0]);
  await expect(read('train', 4)).rejects.toThrow('label 77');
});

test('a label above 9 names file, record and byte offset', async () => {
  const folder = await writeCifar10(dir, { ...twoBatches(), 'data_batch_4.bin': recordsOf([0, 10, 1]) });
  const { read } = await cifar10.open(folder);
  const message = await failure(read('train', 5));
  expect(message).toContain(`${join(folder, 'data_batch_4.bin')}: record 1 (byte offset 3073) has label 10`);
  expect(message).toContain('--data');
});

test('a size that is not that of whole records names the broken record', async () => {
  const folder = await writeCifar10(dir, {
    ...twoBatches(),
    'data_batch_1.bin': recordsOf([1, 2]).subarray(0, 3073 + 5),
  });
  const message = await failure(cifar10.open(folder));
  expect(message).toContain(join(folder, 'data_batch_1.bin'));
  expect(message).toContain(
    "3078 bytes are not a multiple of the record's 3073; record 1 (byte offset 3073) ends after 5",
  );
});

test('an empty file is refused', async () => {
  const folder = await writeCifar10(dir, { ...twoBatches(), 'test_batch.bin': new Uint8Array(0) });
  expect(await failure(cifar10.open(folder))).toContain(`${join(folder, 'test_batch.bin')} is empty`);
});

test('a missing test batch is refused', async () => {
  const folder = await writeCifar10(dir, { 'data_batch_1.bin': recordsOf([1]) });
  expect(await failure(cifar10.open(folder))).toContain(`${folder} holds no test_batch.bin`);
});

test('missing training batches are refused', async () => {
  const folder = await writeCifar10(dir, { 'test_batch.bin': recordsOf([1]) });
  expect(await failure(cifar10.open(folder))).toContain(`${folder} holds no data_batch_1.bin`);
});

test('a folder in the place of a batch is refused', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  await mkdir(join(folder, 'data_batch_2.bin'));
  expect(await failure(cifar10.open(folder))).toContain(`${join(folder, 'data_batch_2.bin')} is not a file`);
});

test('a file that shrinks between counting and reading is refused', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  const { read } = await cifar10.open(folder);
  await truncate(join(folder, 'data_batch_1.bin'), 4000);
  expect(await failure(read('train', 5))).toContain('data_batch_1.bin ended at byte 4000, in record 1');
});

test('a file that cannot be read is named with the reason', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  const { read } = await cifar10.open(folder);
  await rm(join(folder, 'data_batch_4.bin'));
  expect(await failure(read('train', 5))).toContain(`${join(folder, 'data_batch_4.bin')} cannot be read (ENOENT)`);
});

test.skipIf(process.getuid?.() === 0)('a folder without permission is named, not taken for an absent one', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  await chmod(folder, 0o000);
  try {
    expect(await failure(cifar10.find(folder))).toContain(`${folder} cannot be read (EACCES)`);
  } finally {
    await chmod(folder, 0o700);
  }
});

test('more images than the files hold are refused', async () => {
  const { read } = await cifar10.open(await writeCifar10(dir, twoBatches()));
  expect(await failure(read('train', 6))).toContain('6 images asked for, but the files hold 5');
});

test('the data are found in the folder itself, in the one that contains it, and under another name', async () => {
  const folder = await writeCifar10(dir, twoBatches());
  expect(await cifar10.find(dir)).toBe(folder);
  expect(await cifar10.find(folder)).toBe(folder);
  const renamed = join(dir, 'renamed');
  await mkdir(renamed);
  await writeFile(join(renamed, 'data_batch_5.bin'), recordsOf([1]));
  expect(await cifar10.find(renamed)).toBe(renamed);
});

test('no data are found in an absent folder, an empty one, and a file', async () => {
  expect(await cifar10.find(join(dir, 'absent'))).toBeNull();
  expect(await cifar10.find(dir)).toBeNull();
  await writeFile(join(dir, 'file'), 'text');
  expect(await cifar10.find(join(dir, 'file'))).toBeNull();
});

test('a folder of the right name is found whatever it holds, so that what it lacks is said; an empty one is none', async () => {
  const folder = await writeCifar10(dir, {});
  expect(await cifar10.find(dir)).toBeNull();
  await writeFile(join(folder, 'readme.html'), '');
  expect(await cifar10.find(dir)).toBe(folder);
  expect(await failure(cifar10.open(folder))).toContain(`${folder} holds no data_batch_1.bin`);
});

describe('CIFAR-100', () => {
  const files = () => ({
    'train.bin': pairedRecordsOf([
      [19, 99],
      [0, 3],
      [7, 42],
    ]),
    'test.bin': pairedRecordsOf([[4, 10]], 3),
  });

  test('has two label bytes: the fine label is the class', async () => {
    const folder = await writeCifar100(dir, files());
    const { counts, read } = await cifar100.open(folder);
    expect(counts).toEqual({ train: 3, test: 1 });
    const [train, test] = [await read('train', 2), await read('test', 1)];
    expect([...train.labels]).toEqual([99, 3]);
    expect([...test.labels]).toEqual([10]);
    for (const [set, n, record] of [
      [train, 0, 0],
      [train, 1, 1],
      [test, 0, 3],
    ] as const) {
      for (const [y, x, c] of [
        [0, 0, 0],
        [0, 1, 2],
        [17, 30, 1],
        [31, 31, 2],
      ] as const) {
        expect(set.images[n * 3072 + (y * 32 + x) * 3 + c]).toBe(byteAt(record, y, x, c));
      }
    }
  });

  test.each([
    [
      'a coarse label above 19',
      [20, 5],
      'record 1 (byte offset 3074) has coarse label 20, but coarse labels are 0..19',
    ],
    ['a fine label above 99', [19, 100], 'record 1 (byte offset 3075) has fine label 100, but fine labels are 0..99'],
  ] as const)('with %s names file, record and byte offset', async (_, label, says) => {
    const folder = await writeCifar100(dir, { ...files(), 'train.bin': pairedRecordsOf([[1, 2], label]) });
    const { read } = await cifar100.open(folder);
    const message = await failure(read('train', 2));
    expect(message).toContain(
      `CIFAR-100: ${join(folder, 'train.bin')}: ${says}; fetch the binary version of CIFAR-100`,
    );
    expect(message).toContain('(cifar-100-binary.tar.gz) again, and name its unpacked folder with --data');
  });

  test('cut off in the middle of a record is refused', async () => {
    const folder = await writeCifar100(dir, { ...files(), 'test.bin': files()['test.bin'].subarray(0, 3000) });
    expect(await failure(cifar100.open(folder))).toContain(
      "test.bin: 3000 bytes are not a multiple of the record's 3074; record 0 (byte offset 0) ends after 3000 bytes",
    );
  });

  test.each(['train.bin', 'test.bin'] as const)('without %s is refused', async (name) => {
    const kept = Object.entries(files()).filter(([file]) => file !== name);
    const folder = await writeCifar100(dir, Object.fromEntries(kept));
    expect(await failure(cifar100.open(folder))).toContain(`CIFAR-100: ${folder} holds no ${name};`);
  });

  test('is found beside CIFAR-10, and neither is taken for the other', async () => {
    const [ten, hundred] = [await writeCifar10(dir, twoBatches()), await writeCifar100(dir, files())];
    expect([await cifar10.find(dir), await cifar100.find(dir)]).toEqual([ten, hundred]);
    expect([await cifar10.find(hundred), await cifar100.find(ten)]).toEqual([null, null]);
  });
});
