import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { explainFileError } from '../../file-errors.ts';
import type { ImageSet } from './image-set.ts';

/**
 * Decoded images in one file, so that a run need not decode them again: a line of JSON, then the labels, then the
 * images, all of them bytes. The line holds a digest of the rest, and of what they were made from.
 */
export interface RawImages {
  readonly path: string;
  readonly count: number;
  /** Bytes of one image. */
  readonly imageBytes: number;
  /** Changes with everything that the bytes depend on. */
  readonly source: string;
}

const version = 1;
const longestHeader = 1024;
const chunkBytes = 1 << 24;

/**
 * Reads the first `count` images; the digest is checked over all of them. Null where there is no file, or one that was
 * made from something else.
 * @throws UsageError where the file is damaged or cannot be read.
 */
export async function readRawImages(raw: RawImages, count: number): Promise<ImageSet | null> {
  let file: FileHandle;
  try {
    file = await open(raw.path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(raw, 'read', error);
  }
  try {
    const header = await readHeader(file);
    if (header === null) throw damaged(raw, 'byte offset 0: its first line is not that of such a file');
    if (header.made !== madeFrom(raw)) return null;
    const labels = new Uint8Array(count);
    const images = new Uint8Array(count * raw.imageBytes);
    const digest = createHash('sha256');
    const total = raw.count * (1 + raw.imageBytes);
    const chunk = new Uint8Array(Math.min(chunkBytes, total));
    for (let done = 0; done < total; ) {
      const wanted = Math.min(chunk.length, total - done);
      const { bytesRead } = await file.read(chunk, 0, wanted, header.length + done);
      if (bytesRead === 0) throw damaged(raw, `it ends at byte offset ${header.length + done}`);
      const bytes = chunk.subarray(0, bytesRead);
      digest.update(bytes);
      copyInto(labels, bytes, done);
      copyInto(images, bytes, done - raw.count);
      done += bytesRead;
    }
    if (digest.digest('hex') !== header.sha256) throw damaged(raw, 'its digest is not the one in its first line');
    return { count, images, labels };
  } catch (error) {
    throw error instanceof UsageError ? error : unusable(raw, 'read', error);
  } finally {
    await file.close();
  }
}

/**
 * Writes all images, whole or not at all: several processes may do so at once.
 * @throws UsageError where the file cannot be written.
 */
export async function writeRawImages(raw: RawImages, { images, labels }: ImageSet): Promise<void> {
  const sha256 = createHash('sha256').update(labels).update(images).digest('hex');
  const temporary = `${raw.path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await writeAll(file, Buffer.from(`${JSON.stringify({ version, made: madeFrom(raw), sha256 })}\n`));
      await writeAll(file, labels);
      await writeAll(file, images);
    } finally {
      await file.close();
    }
    await rename(temporary, raw.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw unusable(raw, 'written', error);
  }
}

function madeFrom({ count, imageBytes, source }: RawImages): string {
  return `${count} images of ${imageBytes} bytes from ${source}`;
}

/** The first line, and its length in bytes; null where there is none of this form. */
async function readHeader(file: FileHandle): Promise<{ made: string; sha256: string; length: number } | null> {
  const start = Buffer.alloc(longestHeader);
  const { bytesRead } = await file.read(start, 0, longestHeader, 0);
  const end = start.subarray(0, bytesRead).indexOf('\n');
  if (end === -1) return null;
  try {
    const line = JSON.parse(start.toString('utf8', 0, end)) as Record<string, unknown>;
    const { made, sha256 } = line;
    if (line.version !== version || typeof made !== 'string' || typeof sha256 !== 'string') return null;
    return { made, sha256, length: end + 1 };
  } catch {
    return null;
  }
}

/** Puts the part of `bytes`, which belong at `at` (which may be negative), that lies within `target`. */
function copyInto(target: Uint8Array, bytes: Uint8Array, at: number): void {
  const from = Math.max(0, -at);
  const to = Math.min(bytes.length, target.length - at);
  if (from < to) target.set(bytes.subarray(from, to), at + from);
}

/** One call writes two gigabytes at most. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(chunkBytes, bytes.length - done));
    done += bytesWritten;
  }
}

function damaged({ path }: RawImages, what: string): UsageError {
  return new UsageError(`${path}: ${what}; delete this file, and the next run makes it again`);
}

function unusable({ path }: RawImages, done: 'read' | 'written', cause: unknown): unknown {
  return explainFileError(cause, { of: 'Decoded images', done, path });
}
