import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gunzip, unpack } from '../../harness/data/unpack.ts';
import { failure } from './failure.ts';
import { zipOf } from './zip-files.ts';

let dir: string;
let into: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-unpack-'));
  into = join(dir, 'into');
  await mkdir(into);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function zip(content: Uint8Array): Promise<string> {
  await writeFile(join(dir, 'a.zip'), content);
  return join(dir, 'a.zip');
}

test('a zip archive’s files come out whole, in their folders', async () => {
  const long = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251);
  await unpack(await zip(zipOf({ 'set/': '', 'set/wnids.txt': 'n01\n', 'set/val/images/a.JPEG': long })), into);
  expect((await readdir(into, { recursive: true })).sort()).toEqual([
    'set',
    'set/val',
    'set/val/images',
    'set/val/images/a.JPEG',
    'set/wnids.txt',
  ]);
  expect(await readFile(join(into, 'set/wnids.txt'), 'utf8')).toBe('n01\n');
  expect(Buffer.compare(await readFile(join(into, 'set/val/images/a.JPEG')), long)).toBe(0);
});

test.each([
  ['is none', () => Buffer.from('this is no archive')],
  ['is cut off', () => zipOf({ 'a.txt': 'text' }).subarray(0, 40)],
  ['leads out of the folder', () => zipOf({ '../a.txt': 'text' })],
])('a zip archive that %s is refused, naming it', async (_, content) => {
  const archive = await zip(content());
  const message = await failure(unpack(archive, into));
  expect(message).toContain(`unpacking ${archive} failed: `);
  expect(await readdir(into)).toEqual([]);
  expect((await readdir(dir)).sort()).toEqual(['a.zip', 'into']);
});

test('a single compressed file is unpacked, and a damaged one is named', async () => {
  const archive = join(dir, 'a.gz');
  await writeFile(archive, gzipSync('one line\n'));
  await gunzip(archive, join(dir, 'a'));
  expect(await readFile(join(dir, 'a'), 'utf8')).toBe('one line\n');
  await writeFile(archive, gzipSync('one line\n').subarray(0, 15));
  expect(await failure(gunzip(archive, join(dir, 'b')))).toContain(
    `unpacking ${archive} failed: unexpected end of file`,
  );
});
