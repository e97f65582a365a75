import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Archive, fetchArchive } from '../archive.ts';
import { type FileDataset, namesIn, type OpenedDataset, type Part, unreadable } from '../file-dataset.ts';
import { datasetFacts } from './dataset-facts.ts';
import type { ImageSet } from './image-set.ts';
import { decodeJpeg, jpegDecoder } from './jpeg.ts';
import { type RawImages, readRawImages, writeRawImages } from './raw-images.ts';
import { damaged, type LabelledFile, listTinyImagenet, title } from './tiny-imagenet-files.ts';

const { side, channels } = datasetFacts['tiny-imagenet'];
const imageBytes = side * side * channels;
/** Files read at once: enough to keep the disk busy. */
const readAhead = 64;

const archive: Archive = {
  file: 'tiny-imagenet-200.zip',
  folder: 'tiny-imagenet-200',
  url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
  bytes: 248_100_043,
  md5: '90528d7ca1a48142e341f4ef8d21d0de',
};

/**
 * Tiny-ImageNet: 200 classes of 500 training images, 64 x 64. Its JPEG files are decoded once, into `train.raw` and
 * `test.raw` beside them; reading them for the first time needs the engine.
 */
export const tinyImagenet: FileDataset = {
  name: 'tiny-imagenet',
  title,
  archive,
  find,
  holds: 'wnids.txt, train/ and val/, there or in tiny-imagenet-200',
  open: openTinyImagenet,
  async fetch(dir, options) {
    const present = await find(dir);
    if (present === null) return fetchArchive(archive, dir, openTinyImagenet, options);
    await openTinyImagenet(present);
    return present;
  },
};

async function find(dir: string): Promise<string | null> {
  for (const candidate of [join(dir, archive.folder), dir]) {
    const names = await namesIn(title, candidate);
    if (names !== null && (basename(candidate) === archive.folder || names.includes('wnids.txt'))) return candidate;
  }
  return null;
}

async function openTinyImagenet(folder: string): Promise<OpenedDataset> {
  const files = await listTinyImagenet(folder);
  return {
    counts: { train: files.train.length, test: files.test.length },
    read: (part, count) => readPart(folder, part, files[part], count),
  };
}

async function readPart(folder: string, part: Part, files: readonly LabelledFile[], count: number): Promise<ImageSet> {
  if (count > files.length) throw damaged(`${count} images asked for, but ${folder} holds ${files.length}`);
  const source = createHash('sha256')
    .update(JSON.stringify([jpegDecoder, files]))
    .digest('hex');
  const raw: RawImages = { path: join(folder, `${part}.raw`), count: files.length, imageBytes, source };
  const kept = await readRawImages(raw, count);
  if (kept !== null) return kept;
  const all = await decodeAll(folder, files);
  await writeRawImages(raw, all);
  return { count, images: all.images.subarray(0, count * imageBytes), labels: all.labels.subarray(0, count) };
}

async function decodeAll(folder: string, files: readonly LabelledFile[]): Promise<ImageSet> {
  const images = new Uint8Array(files.length * imageBytes);
  const labels = Uint8Array.from(files, ({ label }) => label);
  for (let start = 0; start < files.length; start += readAhead) {
    const paths = files.slice(start, start + readAhead).map(({ path }) => join(folder, path));
    const contents = await Promise.all(paths.map(readImage));
    contents.forEach((bytes, i) => {
      images.set(decodeImage(bytes, paths[i]!), (start + i) * imageBytes);
    });
  }
  return { count: files.length, images, labels };
}

function readImage(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw unreadable(title, path, error);
  });
}

function decodeImage(bytes: Uint8Array, path: string): Uint8Array {
  return decodeJpeg(bytes, side, (what) => damaged(`${path}: ${what}`));
}
