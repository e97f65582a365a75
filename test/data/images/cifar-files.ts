import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Test helper: small files in CIFAR's binary layouts, every byte a formula of its place. */

/** Byte of channel `c` at row `y`, column `x` of record `record`; tells neighbours in every direction apart. */
export function byteAt(record: number, y: number, x: number, c: number): number {
  return (record * 41 + y * 7 + x * 3 + c * 101) % 256;
}

/** CIFAR-10 records first, first + 1, ..: one with each of the labels. */
export function recordsOf(labels: readonly number[], first = 0): Uint8Array {
  return records(
    labels.map((label) => [label]),
    first,
  );
}

/** CIFAR-100 records first, first + 1, ..: one with each pair of a coarse and a fine label. */
export function pairedRecordsOf(labels: readonly (readonly [number, number])[], first = 0): Uint8Array {
  return records(labels, first);
}

function records(labels: readonly (readonly number[])[], first: number): Uint8Array {
  const start = labels[0]!.length;
  const bytes = new Uint8Array(labels.length * (start + 3072));
  labels.forEach((label, n) => {
    const record = n * (start + 3072);
    bytes.set(label, record);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) bytes[record + start + c * 1024 + y * 32 + x] = byteAt(first + n, y, x, c);
      }
    }
  });
  return bytes;
}

/** Writes `cifar-10-batches-bin` into `dir` with the given files, and returns its path. */
export function writeCifar10(dir: string, files: Record<string, Uint8Array>): Promise<string> {
  return writeFiles(join(dir, 'cifar-10-batches-bin'), files);
}

/** Writes `cifar-100-binary` into `dir` with the given files, and returns its path. */
export function writeCifar100(dir: string, files: Record<string, Uint8Array>): Promise<string> {
  return writeFiles(join(dir, 'cifar-100-binary'), files);
}

async function writeFiles(folder: string, files: Record<string, Uint8Array>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}
