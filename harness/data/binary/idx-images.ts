import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { UsageError } from '../../errors.ts';
import { damagedFiles, unreadable } from '../folder.ts';
import type { GrayImages } from './binary-dataset.ts';

/**
 * Reader of images in the IDX format of MNIST (LeCun): a magic number of two zero bytes, the type of the entries (0x08:
 * bytes) and the number of axes (3: images, rows, columns), the lengths of the axes, and the bytes. Numbers are big-endian
 * and have four bytes.
 */

/** What images must be. */
export interface IdxRequest {
  /** Of the data set, for messages. */
  readonly title: string;
  /** A file ending in `.gz` is unpacked (RFC 1952). */
  readonly path: string;
  /** Height and width. */
  readonly side: number;
  /** What is done about a damaged file. */
  readonly again: string;
}

const imageMagic = 0x00000803;
const headerBytes = 16;

/** @throws UsageError where a file cannot be read or is no such file, naming it, the place and the remedy */
export async function readIdxImages(asked: IdxRequest): Promise<GrayImages> {
  const { side } = asked;
  const bytes = await contentOf(asked);
  if (bytes.length < headerBytes) {
    throw wrong(asked, `ends at byte ${bytes.length}, within its header of ${headerBytes} bytes`);
  }
  const [magic, count, rows, columns] = [0, 4, 8, 12].map((at) => bytes.readUInt32BE(at)) as Four;
  if (magic !== imageMagic) throw wrong(asked, `has magic ${hex(magic)} at byte 0, not ${hex(imageMagic)} of images`);
  if (rows !== side || columns !== side) {
    throw wrong(asked, `says at byte 8 that images are ${rows} x ${columns}, not ${side} x ${side}`);
  }
  if (count === 0) throw wrong(asked, 'says at byte 4 that it has no images');
  const whole = headerBytes + count * side * side;
  if (bytes.length !== whole) {
    throw wrong(asked, `has ${bytes.length} bytes, but ${count} images, as byte 4 says, make ${whole}`);
  }
  return { count, pixels: side * side, bytes: bytes.subarray(headerBytes) };
}

type Four = [number, number, number, number];

async function contentOf(asked: IdxRequest): Promise<Buffer> {
  const { path, title } = asked;
  const raw = await readFile(path).catch((error: unknown) => {
    throw unreadable(title, path, error);
  });
  const isPacked = raw.length > 1 && raw[0] === 0x1f && raw[1] === 0x8b;
  if (!path.endsWith('.gz')) {
    if (isPacked) throw wrong(asked, 'is packed by gzip, which its name does not say: add .gz to it');
    return raw;
  }
  if (!isPacked) throw wrong(asked, 'is not packed by gzip, as its name says: remove .gz from it');
  return await promisify(gunzip)(raw).catch((error: Error) => {
    throw wrong(asked, `cannot be unpacked (${error.message})`);
  });
}

function wrong({ title, path, again }: IdxRequest, what: string): UsageError {
  return damagedFiles(title, `${path} ${what}`, again);
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
