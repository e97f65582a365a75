import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Test helper: small files in CIFAR-10's binary layout, every byte a formula of its place. */

/** Byte of channel `c` at row `y`, column `x` of record `record`; tells neighbours in every direction apart. */
export function byteAt(record: number, y: number, x: number, c: number): number {
  return (record * 41 + y * 7 + x * 3 + c * 101) % 256;
}

/** Records first, first + 1, ..: one with each of the labels. */
export function recordsOf(labels: readonly number[], first = 0): Uint8Array {
  const bytes = new Uint8Array(labels.length * 3073);
  labels.forEach((label, n) => {
    bytes[n * 3073] = label;
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) bytes[n * 3073 + 1 + c * 1024 + y * 32 + x] = byteAt(first + n, y, x, c);
      }
    }
  });
  return bytes;
}

/** Writes `cifar-10-batches-bin` into `dir` with the given files, and returns its path. */
export async function writeCifar10(dir: string, files: Record<string, Uint8Array>): Promise<string> {
  const folder = join(dir, 'cifar-10-batches-bin');
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}
