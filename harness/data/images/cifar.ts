import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { type Archive, fetchArchive } from '../archive.ts';
import { type FileDataset, namesIn, type OpenedDataset, unreadable } from '../file-dataset.ts';
import { datasetFacts } from './dataset-facts.ts';
import type { ImageSet } from './image-set.ts';

/**
 * Reader of the binary versions of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): files of records, each the label bytes and
 * then the red, the green and the blue plane of 32 x 32 bytes, row by row.
 */
interface CifarFormat {
  readonly name: 'cifar-10' | 'cifar-100';
  readonly holds: string;
  readonly archive: Archive;
  readonly trainNames: readonly string[];
  readonly testName: string;
  /** A record's label bytes in turn, with the number of values of each; the last is the class. */
  readonly labels: readonly { readonly name: string; readonly values: number }[];
}

const side = 32;
const channels = 3;
const planeBytes = side * side;
const imageBytes = planeBytes * channels;

/** One label byte (0..9). A folder may hold fewer than the five training batches. */
export const cifar10 = cifarDataset({
  name: 'cifar-10',
  holds: 'binary version: data_batch_1.bin to data_batch_5.bin and test_batch.bin, there or in cifar-10-batches-bin',
  archive: {
    file: 'cifar-10-binary.tar.gz',
    folder: 'cifar-10-batches-bin',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  },
  trainNames: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  testName: 'test_batch.bin',
  labels: [{ name: 'label', values: 10 }],
});

/** Two label bytes: the superclass (0..19), which is checked and left out, and the class (0..99). */
export const cifar100 = cifarDataset({
  name: 'cifar-100',
  holds: 'binary version: train.bin and test.bin, there or in cifar-100-binary',
  archive: {
    file: 'cifar-100-binary.tar.gz',
    folder: 'cifar-100-binary',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    bytes: 168_513_733,
    md5: '03b5dce01913d631647c71ecec9e9cb8',
  },
  trainNames: ['train.bin'],
  testName: 'test.bin',
  labels: [
    { name: 'coarse label', values: 20 },
    { name: 'fine label', values: 100 },
  ],
});

function cifarDataset(format: CifarFormat): FileDataset {
  const { name, holds, archive } = format;
  const { title } = datasetFacts[name];
  const find = (dir: string) => findFolder(format, dir);
  const openFolder = (folder: string) => openCifar(format, folder);
  const fetch: FileDataset['fetch'] = async (dir, options) => {
    const present = await find(dir);
    if (present === null) return fetchArchive(archive, dir, openFolder, options);
    await openFolder(present);
    return present;
  };
  return { name, title, holds, archive, find, open: openFolder, fetch };
}

async function findFolder({ name, archive, trainNames, testName }: CifarFormat, dir: string): Promise<string | null> {
  for (const candidate of [join(dir, archive.folder), dir]) {
    const names = await namesIn(datasetFacts[name].title, candidate);
    if (names === null) continue;
    if (basename(candidate) === archive.folder || [...trainNames, testName].some((file) => names.includes(file))) {
      return candidate;
    }
  }
  return null;
}

interface RecordFile {
  readonly path: string;
  /** Number of images. */
  readonly count: number;
}

/** Counts the images of a folder: whichever of the training files are there, in their order, and the test file. */
async function openCifar(format: CifarFormat, folder: string): Promise<OpenedDataset> {
  const { trainNames, testName } = format;
  const names = (await namesIn(titleOf(format), folder)) ?? [];
  const present = trainNames.filter((name) => names.includes(name));
  if (present.length === 0) {
    const missing = [...new Set([trainNames[0], trainNames.at(-1)])].join(' .. ');
    throw damaged(format, `${folder} holds no ${missing}`);
  }
  if (!names.includes(testName)) throw damaged(format, `${folder} holds no ${testName}`);
  const train = await Promise.all(present.map((name) => surveyFile(format, join(folder, name))));
  const test = [await surveyFile(format, join(folder, testName))];
  const countOf = (files: readonly RecordFile[]) => files.reduce((sum, file) => sum + file.count, 0);
  return {
    counts: { train: countOf(train), test: countOf(test) },
    read: (part, count) => readRecords(format, part === 'train' ? train : test, count),
  };
}

/** Reads the first `count` images of the files, one after another, and no more; the planes become pixels (NHWC). */
async function readRecords(format: CifarFormat, files: readonly RecordFile[], count: number): Promise<ImageSet> {
  const recordBytes = recordBytesOf(format);
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let done = 0;
  for (const file of files) {
    const wanted = Math.min(file.count, count - done);
    if (wanted === 0) break;
    const records = await readStart(format, file.path, wanted * recordBytes);
    for (let record = 0; record < wanted; record++, done++) {
      const offset = record * recordBytes;
      labels[done] = labelAt(format, records, file.path, record);
      interleave(records, offset + format.labels.length, images, done * imageBytes);
    }
  }
  if (done < count) throw damaged(format, `${count} images asked for, but the files hold ${done}`);
  return { count, images, labels };
}

/** The class of a record, its label bytes checked. */
function labelAt(format: CifarFormat, records: Uint8Array, path: string, record: number): number {
  const start = record * recordBytesOf(format);
  format.labels.forEach(({ name, values }, index) => {
    const label = records[start + index]!;
    if (label < values) return;
    throw damaged(
      format,
      `${path}: record ${record} (byte offset ${start + index}) has ${name} ${label}, but ${name}s are 0..${values - 1}`,
    );
  });
  return records[start + format.labels.length - 1]!;
}

/** Three planes at `from` become pixels of three bytes at `to`. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void {
  for (let p = 0, out = to; p < planeBytes; p++, out += channels) {
    pixels[out] = planes[from + p]!;
    pixels[out + 1] = planes[from + planeBytes + p]!;
    pixels[out + 2] = planes[from + 2 * planeBytes + p]!;
  }
}

async function surveyFile(format: CifarFormat, path: string): Promise<RecordFile> {
  const recordBytes = recordBytesOf(format);
  const information = await stat(path).catch((error: unknown) => {
    throw unreadable(titleOf(format), path, error);
  });
  if (!information.isFile()) throw damaged(format, `${path} is not a file`);
  const { size } = information;
  if (size === 0) throw damaged(format, `${path} is empty`);
  if (size % recordBytes !== 0) {
    const whole = Math.floor(size / recordBytes);
    throw damaged(
      format,
      `${path}: ${size} bytes are not a multiple of the record's ${recordBytes}; ` +
        `record ${whole} (byte offset ${whole * recordBytes}) ends after ${size % recordBytes} bytes`,
    );
  }
  return { path, count: size / recordBytes };
}

async function readStart(format: CifarFormat, path: string, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    const file = await open(path, 'r');
    try {
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(titleOf(format), path, error);
  }
  if (filled < length) {
    const record = Math.floor(filled / recordBytesOf(format));
    throw damaged(
      format,
      `${path} ended at byte ${filled}, in record ${record}, while it was read; it must not change then`,
    );
  }
  return bytes;
}

function recordBytesOf({ labels }: CifarFormat): number {
  return labels.length + imageBytes;
}

function titleOf({ name }: CifarFormat): string {
  return datasetFacts[name].title;
}

function damaged(format: CifarFormat, what: string): UsageError {
  const title = titleOf(format);
  return new UsageError(
    `${title}: ${what}; fetch the binary version of ${title} (${format.archive.file}) again, and name its unpacked folder with --data`,
  );
}
