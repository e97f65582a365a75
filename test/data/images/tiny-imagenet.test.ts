import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadImages } from '../../../harness/data/images/images.ts';
import { tinyImagenet } from '../../../harness/data/images/tiny-imagenet.ts';
import type { DatasetSpec } from '../../../harness/spec/image.ts';
import '../../helpers/engine.ts';
import { failure } from '../failure.ts';
import { classes, colourOf, jpegOf, tinyFiles, writeTiny } from './tiny-imagenet-files.ts';

type Files = Awaited<ReturnType<typeof tinyFiles>>;

let whole: Files;
let dir: string;
beforeAll(async () => {
  whole = await tinyFiles();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-tiny-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const imageBytes = 64 * 64 * 3;
const pixelOf = (images: Uint8Array, n: number) => [...images.subarray(n * imageBytes + 6000, n * imageBytes + 6003)];
const expectColour = (actual: number[], expected: readonly number[]) =>
  expected.forEach((value, c) => {
    expect(Math.abs(actual[c]! - value)).toBeLessThan(6);
  });
const without = (name: RegExp): Files => Object.fromEntries(Object.entries(whole).filter(([file]) => !name.test(file)));

describe('the images', () => {
  test('come in turns of the classes for training, by number within a class, and in the order of the annotations to test', async () => {
    const { counts, read } = await tinyImagenet.open(await writeTiny(dir, whole));
    expect(counts).toEqual({ train: 16, test: 4 });
    const train = await read('train', 16);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    const seen = [0, 0, 0];
    train.labels.forEach((label, n) => {
      const k = seen[label]!++;
      expectColour(pixelOf(train.images, n), label === 1 && k === 1 ? [77, 77, 77] : colourOf(label, k));
    });
    const test = await read('test', 4);
    expect([...test.labels]).toEqual([2, 0, 0, 1]);
    test.labels.forEach((label, n) => {
      expectColour(pixelOf(test.images, n), colourOf(label, 14 - n));
    });
  });

  test('of a part are the first of them, the same before and after they are kept decoded', async () => {
    const folder = await writeTiny(dir, whole);
    const read = async (count: number) => (await tinyImagenet.open(folder)).read('train', count);
    const fresh = await read(5);
    const kept = await read(5);
    expect(kept).toEqual(fresh);
    expect([kept.count, kept.labels.length, kept.images.length]).toEqual([5, 5, 5 * imageBytes]);
    expect(Buffer.compare((await read(16)).images.subarray(0, 5 * imageBytes), kept.images)).toBe(0);
  });

  test('are decoded once: later reads do not open the JPEG files', async () => {
    const folder = await writeTiny(dir, whole);
    const image = join(folder, 'val/images/val_0.JPEG');
    const first = await (await tinyImagenet.open(folder)).read('test', 4);
    expect((await stat(join(folder, 'test.raw'))).size).toBeGreaterThan(4 * (imageBytes + 1));
    await writeFile(image, 'no longer an image');
    expect(await (await tinyImagenet.open(folder)).read('test', 4)).toEqual(first);
  });

  test('are decoded again where the list of files or labels has changed', async () => {
    const folder = await writeTiny(dir, whole);
    await (await tinyImagenet.open(folder)).read('train', 16);
    await writeTiny(dir, { [`train/${classes[1]}/images/${classes[1]}_9.JPEG`]: await jpegOf({ colour: [1, 2, 3] }) });
    const { counts, read } = await tinyImagenet.open(folder);
    expect(counts.train).toBe(17);
    expectColour(pixelOf((await read('train', 17)).images, 7), [1, 2, 3]);
    await writeTiny(dir, { 'wnids.txt': [...classes].reverse().join('\n') });
    expect([...(await (await tinyImagenet.open(folder)).read('test', 4)).labels]).toEqual([0, 2, 2, 1]);
  });

  test('that are asked for beyond those that are there are refused', async () => {
    const { read } = await tinyImagenet.open(await writeTiny(dir, whole));
    expect(await failure(read('test', 5))).toContain('5 images asked for');
  });
});

describe('a folder is refused', () => {
  test.each([
    ['without wnids.txt', /wnids/, 'holds no wnids.txt'],
    ['without a class', /^train\/n01443537/, `holds no ${join('train', 'n01443537', 'images')}`],
    ['without a class’s images', /n01443537_\d+\.JPEG/, `holds no ${join('train', 'n01443537', 'images')}`],
    ['without annotations', /val_annotations/, `holds no ${join('val', 'val_annotations.txt')}`],
    ['without validation images', /^val\/images/, `holds no ${join('val', 'images')}`],
    ['without one of them', /val_2\.JPEG/, 'val_annotations.txt: line 3 (byte offset 64) names val_2.JPEG, which'],
  ] as const)('%s', async (_, missing, says) => {
    const folder = await writeTiny(dir, without(missing));
    const message = await failure(tinyImagenet.open(folder));
    expect(message).toContain(`Tiny-ImageNet: ${folder}`);
    expect(message).toContain(says);
    expect(message).toContain('--data');
  });

  test.each([
    ['a class that is none', 'wnids.txt', 'n02124075\ncat\n', "line 2 (byte offset 10) is 'cat', not a class"],
    ['a class twice', 'wnids.txt', 'n02124075\nn02124075\n', 'line 2 (byte offset 10) names class n02124075 again'],
    ['no classes', 'wnids.txt', '', 'wnids.txt is empty'],
    [
      'a label that is no class',
      'val/val_annotations.txt',
      'val_0.JPEG\tn04067472\t0\nval_1.JPEG\tn99999999\t0\n',
      "line 2 (byte offset 23) has class 'n99999999', which wnids.txt does not name",
    ],
    ['an annotation without a label', 'val/val_annotations.txt', 'val_0.JPEG\n', "line 1 (byte offset 0) has class ''"],
  ])('with %s', async (_, file, content, says) => {
    const folder = await writeTiny(dir, { ...whole, [file]: content });
    const message = await failure(tinyImagenet.open(folder));
    expect(message).toContain(join(folder, file));
    expect(message).toContain(says);
  });

  const image = `train/${classes[2]}/images/${classes[2]}_4.JPEG`;
  test.each<[string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    ['cut off', () => (whole[image] as Uint8Array).subarray(0, 500), /cut off at byte offset 500/],
    ['empty', () => new Uint8Array(0), /byte offset 0: no JPEG/],
    [
      'of another size',
      () => jpegOf({ height: 64, width: 32, colour: [1, 2, 3] }),
      /64 x 32 pixels, but images are 64 x 64/,
    ],
  ])('with an image that is %s, and nothing is kept of it', async (_, content, says) => {
    const folder = await writeTiny(dir, { ...whole, [image]: await content() });
    const { read } = await tinyImagenet.open(folder);
    const message = await failure(read('train', 1));
    expect(message).toContain(`Tiny-ImageNet: ${join(folder, image)}: `);
    expect(message).toMatch(says);
    await expect(stat(join(folder, 'train.raw'))).rejects.toThrow('ENOENT');
  });

  test('with kept images that are damaged', async () => {
    const folder = await writeTiny(dir, whole);
    await (await tinyImagenet.open(folder)).read('test', 4);
    const raw = join(folder, 'test.raw');
    const bytes = await readFile(raw);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(raw, bytes);
    const message = await failure((await tinyImagenet.open(folder)).read('test', 1));
    expect(message).toContain(`${raw}: its digest is not the one in its first line; delete this file`);
  });
});

test('loadImages gives them with the published moments, and one digest before and after they are kept decoded', async () => {
  await writeTiny(dir, whole);
  const spec: DatasetSpec = {
    name: 'tiny-imagenet',
    trainExamples: 6,
    testExamples: 4,
    flip: true,
    cropPadding: 4,
    normalization: 'dataset',
  };
  const { train, validation, test, digest, ...rest } = await loadImages(spec, dir);
  expect(validation).toBeNull();
  expect([train.count, test.count]).toEqual([6, 4]);
  expect(rest).toEqual({
    name: 'tiny-imagenet',
    source: 'files',
    classes: 200,
    height: 64,
    width: 64,
    channels: 3,
    mean: [0.4802, 0.4481, 0.3975],
    standardDeviation: [0.277, 0.2691, 0.2821],
    warnings: [],
  });
  expect((await loadImages(spec, dir)).digest).toBe(digest);
  expect(await failure(loadImages({ ...spec, testExamples: null }, dir))).toContain(
    'testExamples: 10000 images asked for',
  );
});

test('held-out images have every class, as those before them', async () => {
  await writeTiny(dir, whole);
  const spec = { name: 'tiny-imagenet', trainExamples: 3, validationExamples: 3, testExamples: 1 } as const;
  const rest = { flip: true, cropPadding: 4, normalization: 'dataset' } as const;
  const { train, validation } = await loadImages({ ...spec, ...rest }, dir);
  for (const { labels } of [train, validation!]) expect([...labels]).toEqual([0, 1, 2]);
  expect(validation!.images).not.toEqual(train.images);
});

test('the data are found in the folder itself, in the one that contains it, and nowhere else', async () => {
  const folder = await writeTiny(dir, { 'wnids.txt': 'n02124075\n' });
  expect([await tinyImagenet.find(dir), await tinyImagenet.find(folder)]).toEqual([folder, folder]);
  expect(await tinyImagenet.find(join(folder, 'absent'))).toBeNull();
});
