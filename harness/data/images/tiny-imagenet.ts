import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { onFile } from '../../file-errors.ts';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { makeFolder } from '../../setup/make-folder.mjs';
import type { Part } from '../dataset.ts';
import { unreadable } from '../folder.ts';
import { archivedImages, type OpenedImages } from './image-dataset.ts';
import type { ImageSet } from './image-set.ts';
import { decodeJpeg, jpegDecoder } from './jpeg.ts';
import { type RawImages, readRawImages, writeRawImages } from './raw-images.ts';
import { damaged, type LabelledFile, listTinyImagenet } from './tiny-imagenet-files.ts';

const facts = {
  name: 'tiny-imagenet',
  title: 'Tiny-ImageNet',
  classes: 200,
  side: 64,
  channels: 3,
  examples: { train: 100_000, test: 10_000 },
  moments: { mean: [0.4802, 0.4481, 0.3975], standardDeviation: [0.277, 0.2691, 0.2821] },
  folder: 'tiny-imagenet-200',
  files: '`wnids.txt`, `train/<class>/images/*.JPEG`, `val/images/*.JPEG`, `val/val_annotations.txt`',
  archive: {
    file: 'tiny-imagenet-200.zip',
    url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
    bytes: 248_100_043,
    md5: '90528d7ca1a48142e341f4ef8d21d0de',
  },
} as const;

/**
 * Tiny-ImageNet: 200 classes of 500 training images, 64 x 64. Its JPEG files are decoded once, into `train.raw` and
 * `test.raw` beside them or in the user's cache; reading them for the first time needs the engine.
 */
export const tinyImagenet = archivedImages({
  ...facts,
  isIn: (names) => names.includes('wnids.txt'),
  open: openTinyImagenet,
});

const { title, side, channels } = facts;
const imageBytes = side * side * channels;
/** Files read at once: enough to keep the disk busy. */
const readAhead = 64;

async function openTinyImagenet(folder: string): Promise<OpenedImages> {
  const files = await listTinyImagenet(facts, folder);
  const warnings: string[] = [];
  return {
    counts: { train: files.train.length, test: files.test.length },
    read: (part, count) => readPart(folder, part, files[part], count, (warning) => warnings.push(warning)),
    warnings: () => warnings,
  };
}

async function readPart(
  folder: string,
  part: Part,
  files: readonly LabelledFile[],
  count: number,
  warn: (warning: string) => void,
): Promise<ImageSet> {
  if (count > files.length) throw damaged(facts, `${count} images asked for, but ${folder} holds ${files.length}`);
  const source = createHash('sha256')
    .update(JSON.stringify([jpegDecoder, files]))
    .digest('hex');
  const raws = decodedPlaces(folder, part).map((path) => ({ path, count: files.length, imageBytes, source }));
  for (const raw of raws) {
    const kept = await readRawImages(raw, count);
    if (kept !== null) return kept;
  }
  const all = await decodeAll(folder, files);
  const refusals = await keepInFirst(raws, all);
  if (refusals.length === raws.length) warn(`Each cell decodes the images again. ${refusals.join(' ')}`);
  return { count, images: all.images.subarray(0, count * imageBytes), labels: all.labels.subarray(0, count) };
}

/** Where decoded images are kept: beside them, else, as these may lie on a read-only disk, in the user's cache. */
function decodedPlaces(folder: string, part: Part): [string, ...string[]] {
  const beside = join(folder, `${part}.raw`);
  const key = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  try {
    return [beside, join(cacheFolder(process.env), 'decoded', `${facts.name}-${key}-${part}.raw`)];
  } catch (error) {
    if ((error as Error).name !== 'SetupError') throw error;
    // A user without a home has no cache.
    return [beside];
  }
}

/** Writes images in the first place that takes them; gives the refusals of those before it. */
async function keepInFirst(raws: readonly RawImages[], images: ImageSet): Promise<string[]> {
  const refusals: string[] = [];
  for (const raw of raws) {
    try {
      await onFile({ done: 'written', path: raw.path }, () => makeFolder(dirname(raw.path)));
      await writeRawImages(raw, images);
      return refusals;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      refusals.push(error.message);
    }
  }
  return refusals;
}

async function decodeAll(folder: string, files: readonly LabelledFile[]): Promise<ImageSet> {
  const images = new Uint8Array(files.length * imageBytes);
  const labels = Uint8Array.from(files, ({ label }) => label);
  for (let start = 0; start < files.length; start += readAhead) {
    const ahead = files.slice(start, start + readAhead).map(({ path }) => readImage(join(folder, path)));
    for (const [i, { path, bytes }] of (await Promise.all(ahead)).entries()) {
      images.set(decodeImage(bytes, path), (start + i) * imageBytes);
    }
  }
  return { count: files.length, images, labels };
}

async function readImage(path: string): Promise<{ path: string; bytes: Uint8Array }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(title, path, error);
  });
  return { path, bytes };
}

function decodeImage(bytes: Uint8Array, path: string): Uint8Array {
  return decodeJpeg(bytes, side, (what) => damaged(facts, `${path}: ${what}`));
}
