import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadImages, momentsOf } from '../../../harness/data/images/images.ts';
import type { DatasetSpec } from '../../../harness/spec/image.ts';
import { failure } from '../failure.ts';
import { pairedRecordsOf, recordsOf, writeCifar10, writeCifar100 } from './cifar-files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-images-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function spec(changes: Partial<DatasetSpec> = {}): DatasetSpec {
  const counts = { trainExamples: null, testExamples: null };
  return { name: 'cifar-10', ...counts, flip: true, cropPadding: 4, normalization: 'dataset', ...changes };
}

const files = () => ({
  'data_batch_1.bin': recordsOf([3, 9]),
  'data_batch_2.bin': recordsOf([0, 7]),
  'test_batch.bin': recordsOf([5, 6, 8]),
});

/** All that the fixture files hold. */
const all = { trainExamples: 4, testExamples: 3 };

test('CIFAR-10 comes with the published moments and a digest of what is used', async () => {
  await writeCifar10(dir, files());
  const { train, test, digest, ...rest } = await loadImages(spec(all), dir);
  expect([...train.labels]).toEqual([3, 9, 0, 7]);
  expect([...test.labels]).toEqual([5, 6, 8]);
  expect(rest).toEqual({
    name: 'cifar-10',
    source: 'files',
    classes: 10,
    height: 32,
    width: 32,
    channels: 3,
    mean: [0.4914, 0.4822, 0.4465],
    standardDeviation: [0.247, 0.2435, 0.2616],
    validation: null,
    warnings: [],
  });
  const bytes = [train.images, train.labels, test.images, test.labels];
  expect(digest).toBe(createHash('sha256').update(Buffer.concat(bytes)).digest('hex').slice(0, 16));
});

test('images that stand for missing ones are told', async () => {
  const { 'data_batch_1.bin': _, ...rest } = files();
  await writeCifar10(dir, rest);
  const { train, warnings } = await loadImages(spec({ trainExamples: 1, testExamples: 1 }), dir);
  expect([...train.labels]).toEqual([0]);
  expect(warnings).toEqual([
    expect.stringMatching(/^CIFAR-10: the training images are the first 1 of data_batch_2\.bin/),
  ]);
  await expect(loadImages(spec({ trainExamples: 3 }), dir)).rejects.toThrow('3 images asked for, but');
});

test('CIFAR-100 comes with its published moments and 100 classes', async () => {
  await writeCifar100(dir, {
    'train.bin': pairedRecordsOf([
      [19, 99],
      [0, 3],
    ]),
    'test.bin': pairedRecordsOf([[4, 10]]),
  });
  const { train, test, digest, ...rest } = await loadImages(
    spec({ name: 'cifar-100', trainExamples: 2, testExamples: 1 }),
    dir,
  );
  expect([...train.labels, ...test.labels]).toEqual([99, 3, 10]);
  expect(digest).toMatch(/^[0-9a-f]{16}$/);
  expect(rest).toEqual({
    name: 'cifar-100',
    source: 'files',
    classes: 100,
    height: 32,
    width: 32,
    channels: 3,
    mean: [0.5071, 0.4865, 0.4409],
    standardDeviation: [0.2673, 0.2564, 0.2762],
    validation: null,
    warnings: [],
  });
});

test('CIFAR-10 without sizes is the whole published set, and less is refused', async () => {
  await writeCifar10(dir, files());
  expect(await failure(loadImages(spec(), dir))).toContain('trainExamples: 50000 images asked for, but');
  expect(await failure(loadImages(spec({ trainExamples: 4 }), dir))).toContain(
    'testExamples: 10000 images asked for, but',
  );
});

test('sizes take the first images', async () => {
  await writeCifar10(dir, files());
  const { train, test } = await loadImages(spec({ trainExamples: 3, testExamples: 1 }), dir);
  expect([...train.labels]).toEqual([3, 9, 0]);
  expect([...test.labels]).toEqual([5]);
  expect(train.images.length).toBe(3 * 3072);
});

test('held-out images are those of the training files behind the used ones', async () => {
  await writeCifar10(dir, files());
  const { train, validation, test, digest } = await loadImages(
    spec({ trainExamples: 2, validationExamples: 1, testExamples: 1 }),
    dir,
  );
  expect([train, validation!, test].map(({ labels }) => [...labels])).toEqual([[3, 9], [0], [5]]);
  const without = await loadImages(spec({ trainExamples: 2, testExamples: 1 }), dir);
  expect(train).toEqual(without.train);
  expect(without.validation).toBeNull();
  // Of the third training image, which stands first in the second file.
  const record = files()['data_batch_2.bin'];
  expect(validation!.images[0]).toBe(record[1]);
  expect(validation!.images.length).toBe(3072);
  const bytes = [train, validation!, test].flatMap(({ images, labels }) => [images, labels]);
  expect(digest).toBe(createHash('sha256').update(Buffer.concat(bytes)).digest('hex').slice(0, 16));
});

test('of generated images the training goes on, and the moments are those of what is trained on', async () => {
  const sizes = { name: 'generated', testExamples: 10 } as const;
  const { train, validation, test, ...held } = await loadImages(
    spec({ ...sizes, trainExamples: 20, validationExamples: 10 }),
    null,
  );
  const { train: more } = await loadImages(spec({ ...sizes, trainExamples: 30 }), null);
  expect([...train.images, ...validation!.images]).toEqual([...more.images]);
  expect([...train.labels, ...validation!.labels]).toEqual([...more.labels]);
  expect([...validation!.labels].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const imagesOf = (set: typeof train) =>
    Array.from({ length: set.count }, (_, n) => set.images.subarray(n * 3072, (n + 1) * 3072).join());
  expect(new Set([train, validation!, test].flatMap(imagesOf)).size).toBe(40);
  expect({ mean: held.mean, standardDeviation: held.standardDeviation }).toEqual(momentsOf(train, 3));
});

test('of a whole set the last training images are held out', async () => {
  const held = await loadImages(spec({ name: 'generated', validationExamples: 100, testExamples: 1 }), null);
  const { train } = await loadImages(spec({ name: 'generated', testExamples: 1 }), null);
  expect([held.train.count, held.validation!.count]).toEqual([3900, 100]);
  expect([...held.validation!.labels]).toEqual([...train.labels.subarray(3900)]);
});

test('too few training files for what is trained on and held out are refused, and name both', async () => {
  const folder = await writeCifar10(dir, files());
  expect(await failure(loadImages(spec({ ...all, validationExamples: 1 }), dir))).toContain(
    `dataset.trainExamples (4) and dataset.validationExamples (1): 5 images asked for, but ${folder} holds 4`,
  );
});

test('the digest changes with one byte of an image, and with a label', async () => {
  await writeCifar10(dir, files());
  const { digest } = await loadImages(spec(all), dir);
  const pixel = files();
  pixel['data_batch_2.bin'][2000]! ^= 1;
  await writeCifar10(dir, pixel);
  const changed = await loadImages(spec(all), dir);
  expect(changed.digest).not.toBe(digest);
  const label = files();
  label['test_batch.bin'][0] = 4;
  await writeCifar10(dir, label);
  expect((await loadImages(spec(all), dir)).digest).not.toBe(digest);
});

test('imagenet normalization has the published moments, on either data set', async () => {
  await writeCifar10(dir, files());
  const changes = { normalization: 'imagenet', trainExamples: 2, testExamples: 2 } as const;
  for (const name of ['cifar-10', 'generated'] as const) {
    const { mean, standardDeviation } = await loadImages(spec({ ...changes, name }), dir);
    expect(mean).toEqual([0.485, 0.456, 0.406]);
    expect(standardDeviation).toEqual([0.229, 0.224, 0.225]);
  }
});

test('asking for more images than the files hold says how many there are', async () => {
  const folder = await writeCifar10(dir, files());
  const train = await failure(loadImages(spec({ trainExamples: 5 }), dir));
  expect(train).toContain(`trainExamples: 5 images asked for, but ${folder} holds 4`);
  const test = await failure(loadImages(spec({ ...all, testExamples: 4 }), dir));
  expect(test).toContain(`testExamples: 4 images asked for, but ${folder} holds 3`);
});

test('CIFAR-10 without a folder, and a folder without CIFAR-10, name the option', async () => {
  expect(await failure(loadImages(spec(), null))).toContain('--data DIR');
  expect(await failure(loadImages(spec(), dir))).toContain(`--data ${dir}: no CIFAR-10 there`);
});

test('generated images need no folder and have their training images moments', async () => {
  const data = await loadImages(spec({ name: 'generated', trainExamples: 20, testExamples: 10 }), null);
  expect(data.source).toBe('generated');
  expect(data.train.count).toBe(20);
  expect(data.test.count).toBe(10);
  for (let c = 0; c < 3; c++) {
    const values = [...data.train.images].filter((_, i) => i % 3 === c).map((byte) => byte / 255);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(data.mean[c]).toBeCloseTo(mean, 10);
    expect(data.standardDeviation[c]).toBeCloseTo(Math.sqrt(variance), 10);
  }
});

test('generated images without sizes are 4000 and 1000; above the limit they are refused', async () => {
  const data = await loadImages(spec({ name: 'generated' }), null);
  expect([data.train.count, data.test.count]).toEqual([4000, 1000]);
  const message = await failure(loadImages(spec({ name: 'generated', trainExamples: 50_001 }), null));
  expect(message).toContain('trainExamples: 50001 images asked for, but the generated set holds 50000');
});

test('moments by hand: channel values 0, 255 and 51, 153', () => {
  const set = { count: 1, images: Uint8Array.of(0, 51, 255, 153), labels: Uint8Array.of(0) };
  const { mean, standardDeviation } = momentsOf(set, 2);
  expect(mean[0]).toBeCloseTo(0.5, 12);
  expect(mean[1]).toBeCloseTo(0.4, 12);
  expect(standardDeviation[0]).toBeCloseTo(0.5, 12);
  expect(standardDeviation[1]).toBeCloseTo(0.2, 12);
});
