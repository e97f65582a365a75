import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { UsageError } from '../../errors.ts';
import { damagedFiles, namesIn, unreadable } from '../folder.ts';
import { type ArchivedImages, archivedImages, type ImageFolder, type OpenedImages } from './image-dataset.ts';
import type { ImageSet } from './image-set.ts';

/**
 * Reader of files of records, as CIFAR's binary versions are (Krizhevsky 2009): a record is its label bytes and then a
 * plane of side x side bytes for each channel, row by row.
 */

/** A byte of a record that says what the image shows. */
export interface RecordLabel {
  /** For messages. */
  readonly name: string;
  /** It is 0 .. values-1. */
  readonly values: number;
}

/** What a data set of such files has of its own. */
export interface RecordImages<Name extends string> extends Omit<ArchivedImages<Name>, 'isIn' | 'open'> {
  /** One or more of these must be there. */
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** A record's label bytes in turn; the last is the class. */
  readonly labels: readonly RecordLabel[];
}

type Records = RecordImages<string>;

/** The data set of images that an archive of such files unpacks to. */
export function recordImages<Name extends string>(own: RecordImages<Name>): ImageFolder<Name> {
  const { trainFiles, testFile, labels: _, ...facts } = own;
  return archivedImages({
    ...facts,
    isIn: (names) => [...trainFiles, testFile].some((file) => names.includes(file)),
    open: (folder) => openRecords(own, folder),
  });
}

interface RecordFile {
  readonly path: string;
  /** Number of images. */
  readonly count: number;
}

/** Counts the images of a folder: whichever of the training files are there, in their order, and the test file. */
async function openRecords(records: Records, folder: string): Promise<OpenedImages> {
  const { title, trainFiles, testFile } = records;
  const names = (await namesIn(title, folder)) ?? [];
  const present = trainFiles.filter((name) => names.includes(name));
  if (present.length === 0) {
    const missing = [...new Set([trainFiles[0], trainFiles.at(-1)])].join(' .. ');
    throw damaged(records, `${folder} holds no ${missing}`);
  }
  if (!names.includes(testFile)) throw damaged(records, `${folder} holds no ${testFile}`);
  const train = await Promise.all(present.map((name) => surveyFile(records, join(folder, name))));
  const test = [await surveyFile(records, join(folder, testFile))];
  const countOf = (files: readonly RecordFile[]) => files.reduce((sum, file) => sum + file.count, 0);
  return {
    counts: { train: countOf(train), test: countOf(test) },
    lacking: lackingIn(trainFiles, present, countOf(train)),
    read: (part, count) => readRecords(records, part === 'train' ? train : test, count),
    warnings: (count) => shiftIn(records, folder, train, count),
  };
}

function lackingIn(trainFiles: readonly string[], present: readonly string[], images: number): string | undefined {
  const missing = trainFiles.filter((name) => !present.includes(name));
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not there; used are ${present.join(', ')} with ${images} training images`;
}

/** Says where the first `count` images are others than those of the whole set, as a file before them is missing. */
function shiftIn(
  { title, trainFiles }: Records,
  folder: string,
  files: readonly RecordFile[],
  count: number,
): readonly string[] {
  let images = 0;
  const read = files.filter(({ count: held }) => {
    const begun = images < count;
    images += held;
    return begun;
  });
  const names = read.map(({ path }) => basename(path));
  const before = trainFiles.slice(0, trainFiles.indexOf(names.at(-1) ?? ''));
  const missing = before.filter((name) => !names.includes(name));
  if (missing.length === 0) return [];
  return [
    `${title}: the training images are the first ${count} of ${names.join(', ')}, which are others than the ` +
      `published set's: ${folder} lacks ${missing.join(', ')}.`,
  ];
}

/** Reads the first `count` images of the files, one after another, and no more; the planes become pixels (NHWC). */
async function readRecords(records: Records, files: readonly RecordFile[], count: number): Promise<ImageSet> {
  const { side, channels, labels: labelBytes } = records;
  const recordBytes = recordBytesOf(records);
  const imageBytes = side * side * channels;
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let done = 0;
  for (const file of files) {
    const wanted = Math.min(file.count, count - done);
    if (wanted === 0) break;
    const bytes = await readStart(records, file.path, wanted * recordBytes);
    for (let record = 0; record < wanted; record++, done++) {
      const start = record * recordBytes;
      const end = start + recordBytes;
      labels[done] = labelOf(records, bytes.subarray(start, end), { path: file.path, record });
      interleave(bytes.subarray(start + labelBytes.length, end), channels, images, done * imageBytes);
    }
  }
  if (done < count) throw damaged(records, `${count} images asked for, but the files hold ${done}`);
  return { count, images, labels };
}

/** The class of a record, its label bytes checked; `place` is for messages. */
function labelOf(records: Records, bytes: Uint8Array, place: { path: string; record: number }): number {
  let label = 0;
  for (const [index, { name, values }] of records.labels.entries()) {
    label = bytes[index] ?? 0;
    if (label < values) continue;
    const offset = place.record * recordBytesOf(records) + index;
    throw damaged(
      records,
      `${place.path}: record ${place.record} (byte offset ${offset}) has ${name} ${label}, ` +
        `but ${name}s are 0..${values - 1}`,
    );
  }
  return label;
}

/** Planes, one after another, become the bytes of pixels from `to` on. */
function interleave(planes: Uint8Array, channels: number, pixels: Uint8Array, to: number): void {
  const planeBytes = planes.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * planeBytes;
    for (let p = 0, out = to + channel; p < planeBytes; p++, out += channels) pixels[out] = planes[from + p]!;
  }
}

async function surveyFile(records: Records, path: string): Promise<RecordFile> {
  const recordBytes = recordBytesOf(records);
  const information = await stat(path).catch((error: unknown) => {
    throw unreadable(records.title, path, error);
  });
  if (!information.isFile()) throw damaged(records, `${path} is not a file`);
  const { size } = information;
  if (size === 0) throw damaged(records, `${path} is empty`);
  if (size % recordBytes !== 0) {
    const whole = Math.floor(size / recordBytes);
    throw damaged(
      records,
      `${path}: ${size} bytes are not a multiple of the record's ${recordBytes}; ` +
        `record ${whole} (byte offset ${whole * recordBytes}) ends after ${size % recordBytes} bytes`,
    );
  }
  return { path, count: size / recordBytes };
}

async function readStart(records: Records, path: string, length: number): Promise<Uint8Array> {
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
    throw unreadable(records.title, path, error);
  }
  if (filled < length) {
    const record = Math.floor(filled / recordBytesOf(records));
    throw damaged(
      records,
      `${path} ended at byte ${filled}, in record ${record}, while it was read; it must not change then`,
    );
  }
  return bytes;
}

function recordBytesOf({ labels, side, channels }: Records): number {
  return labels.length + side * side * channels;
}

function damaged({ title, archive }: Records, what: string): UsageError {
  const source = `the binary version of ${title} (${archive.file})`;
  return damagedFiles(title, what, `fetch ${source} again, and name its unpacked folder with --data`);
}
