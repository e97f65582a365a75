import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RawImages, readRawImages, writeRawImages } from '../../../harness/data/images/raw-images.ts';
import { failure } from '../failure.ts';

let dir: string;
let raw: RawImages;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-raw-'));
  raw = { path: join(dir, 'train.raw'), count: 3, imageBytes: 4, source: 'list-1' };
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const set = {
  count: 3,
  labels: Uint8Array.of(7, 0, 199),
  images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
};

test('what was written is read, all or the first of it, and nothing else is left in the folder', async () => {
  await writeRawImages(raw, set);
  expect(await readRawImages(raw, 3)).toEqual(set);
  expect(await readRawImages(raw, 2)).toEqual({
    count: 2,
    labels: Uint8Array.of(7, 0),
    images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  });
  expect(await readdir(dir)).toEqual(['train.raw']);
});

test('nothing is read where there is no file, or one made from something else', async () => {
  expect(await readRawImages(raw, 3)).toBeNull();
  await writeRawImages(raw, set);
  expect(await readRawImages({ ...raw, source: 'list-2' }, 3)).toBeNull();
  expect(await readRawImages({ ...raw, count: 4 }, 3)).toBeNull();
  expect(await readRawImages({ ...raw, imageBytes: 3 }, 3)).toBeNull();
});

test('any changed byte after the first line is found, also one that is not asked for', async () => {
  await writeRawImages(raw, set);
  const bytes = await readFile(raw.path);
  const start = bytes.indexOf('\n') + 1;
  expect(bytes.length - start).toBe(15);
  for (let i = start; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i]! ^= 128;
    await writeFile(raw.path, changed);
    expect(await failure(readRawImages(raw, 1))).toContain(`${raw.path}: its digest is not`);
  }
});

test('a file that ends early, or is another, names the place and the remedy', async () => {
  await writeRawImages(raw, set);
  const bytes = await readFile(raw.path);
  await writeFile(raw.path, bytes.subarray(0, bytes.length - 5));
  expect(await failure(readRawImages(raw, 3))).toContain(
    `${raw.path}: it ends at byte offset ${bytes.length - 5}; delete this file, and the next run makes it again`,
  );
  for (const other of ['', 'text', '{"version":1}\n', '{"version":2,"made":"","sha256":""}\n']) {
    await writeFile(raw.path, other);
    expect(await failure(readRawImages(raw, 3))).toContain(`${raw.path}: byte offset 0: its first line`);
  }
});

test('a place that cannot be written is named', async () => {
  const nowhere = { ...raw, path: join(dir, 'absent', 'train.raw') };
  expect(await failure(writeRawImages(nowhere, set))).toContain(
    `Decoded images: ${nowhere.path} cannot be written (ENOENT)`,
  );
});
