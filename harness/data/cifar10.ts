import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { ImageSet } from './image-set.ts';

/**
 * Reader of CIFAR-10's binary version (Krizhevsky 2009): files of records of 3073 bytes, one label byte (0..9) and then
 * the red, the green and the blue plane of 32 x 32 bytes, row by row.
 */

export const cifar10Side = 32;
export const cifar10Channels = 3;
export const cifar10Classes = 10;
/** Images of the published set. A folder may hold fewer training batches. */
export const cifar10Counts = { train: 50_000, test: 10_000 } as const;
export const cifar10Folder = 'cifar-10-batches-bin';

const planeBytes = cifar10Side * cifar10Side;
const imageBytes = planeBytes * cifar10Channels;
const recordBytes = 1 + imageBytes;
const trainNames = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const testName = 'test_batch.bin';
const remedy =
  'fetch the binary version of CIFAR-10 (cifar-10-binary.tar.gz) again, and name its unpacked folder with --data';

export interface RecordFile {
  readonly path: string;
  /** Number of images. */
  readonly count: number;
}

/** What a folder holds, by the files' sizes; no image has been read. */
export interface Cifar10Files {
  readonly train: readonly RecordFile[];
  readonly test: RecordFile;
  readonly trainCount: number;
  readonly testCount: number;
}

/**
 * The folder that holds the binary batches: `dir` itself or its subfolder `cifar-10-batches-bin`; null where neither
 * holds any of the files (also where `dir` does not exist).
 * @throws UsageError where a folder is there but cannot be read.
 */
export async function findCifar10(dir: string): Promise<string | null> {
  for (const candidate of [join(dir, cifar10Folder), dir]) {
    const names = await namesIn(candidate);
    if (names === null) continue;
    if (basename(candidate) === cifar10Folder || [...trainNames, testName].some((name) => names.includes(name))) {
      return candidate;
    }
  }
  return null;
}

/**
 * Counts the images of a folder: whichever of data_batch_1.bin .. data_batch_5.bin are there, in that order, and
 * test_batch.bin.
 * @throws UsageError where no training batch or no test batch is there, or a file's size is not that of whole records.
 */
export async function surveyCifar10(folder: string): Promise<Cifar10Files> {
  const names = (await namesIn(folder)) ?? [];
  const present = trainNames.filter((name) => names.includes(name));
  if (present.length === 0) {
    throw new UsageError(`CIFAR-10: ${folder} holds no data_batch_1.bin .. data_batch_5.bin; ${remedy}`);
  }
  if (!names.includes(testName)) throw new UsageError(`CIFAR-10: ${folder} holds no ${testName}; ${remedy}`);
  const train = await Promise.all(present.map((name) => surveyFile(join(folder, name))));
  const test = await surveyFile(join(folder, testName));
  return { train, test, trainCount: train.reduce((sum, file) => sum + file.count, 0), testCount: test.count };
}

/**
 * Reads the first `count` images of the files, taken one after another; the planes become pixels (NHWC). Reads no more
 * of the files than that.
 * @throws UsageError on a label above 9, and where the files cannot be read or hold fewer images.
 */
export async function readCifar10(files: readonly RecordFile[], count: number): Promise<ImageSet> {
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let done = 0;
  for (const file of files) {
    const wanted = Math.min(file.count, count - done);
    if (wanted === 0) break;
    const records = await readStart(file.path, wanted * recordBytes);
    for (let record = 0; record < wanted; record++, done++) {
      const offset = record * recordBytes;
      const label = records[offset]!;
      if (label >= cifar10Classes) {
        throw new UsageError(
          `CIFAR-10: ${file.path}: record ${record} (byte offset ${offset}) has label ${label}, ` +
            `but labels are 0..${cifar10Classes - 1}; ${remedy}`,
        );
      }
      labels[done] = label;
      interleave(records, offset + 1, images, done * imageBytes);
    }
  }
  if (done < count) throw new UsageError(`CIFAR-10: ${count} images asked for, but the files hold ${done}; ${remedy}`);
  return { count, images, labels };
}

/** Three planes at `from` become pixels of three bytes at `to`. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void {
  for (let p = 0, out = to; p < planeBytes; p++, out += cifar10Channels) {
    pixels[out] = planes[from + p]!;
    pixels[out + 1] = planes[from + planeBytes + p]!;
    pixels[out + 2] = planes[from + 2 * planeBytes + p]!;
  }
}

async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(folder, error);
  }
}

async function surveyFile(path: string): Promise<RecordFile> {
  const information = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!information.isFile()) throw new UsageError(`CIFAR-10: ${path} is not a file; ${remedy}`);
  const { size } = information;
  if (size === 0) throw new UsageError(`CIFAR-10: ${path} is empty; ${remedy}`);
  if (size % recordBytes !== 0) {
    const whole = Math.floor(size / recordBytes);
    throw new UsageError(
      `CIFAR-10: ${path}: ${size} bytes are not a multiple of the record's ${recordBytes}; ` +
        `record ${whole} (byte offset ${whole * recordBytes}) ends after ${size % recordBytes} bytes; ${remedy}`,
    );
  }
  return { path, count: size / recordBytes };
}

async function readStart(path: string, length: number): Promise<Uint8Array> {
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
    throw unreadable(path, error);
  }
  if (filled < length) {
    const record = Math.floor(filled / recordBytes);
    throw new UsageError(
      `CIFAR-10: ${path} ended at byte ${filled}, in record ${record}, while it was read; it must not change then; ${remedy}`,
    );
  }
  return bytes;
}

function unreadable(path: string, cause: unknown): UsageError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new UsageError(`CIFAR-10: ${path} cannot be read (${code ?? message}); check its permissions`, { cause });
}
