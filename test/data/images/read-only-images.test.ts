import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tinyImagenet } from '../../../harness/data/images/tiny-imagenet.ts';
import '../../helpers/engine.ts';
import { tinyFiles, writeTiny } from './tiny-imagenet-files.ts';

/** Folders whose files may be read, and not written; files below them that were opened. */
const disk = vi.hoisted(() => ({ readOnly: [] as string[], read: [] as string[] }));
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return {
    ...fs,
    open: async (path: string, flags: string) => {
      if (flags !== 'r' && disk.readOnly.some((folder) => path.startsWith(folder))) {
        throw Object.assign(new Error('EROFS: read-only'), { code: 'EROFS', path, syscall: 'open' });
      }
      return fs.open(path, flags);
    },
    readFile: (path: string, options: BufferEncoding) => {
      disk.read.push(path);
      return fs.readFile(path, options);
    },
  };
});

let dir: string;
let folder: string;
let cache: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-read-only-'));
  folder = await writeTiny(join(dir, 'data'), await tinyFiles());
  cache = join(dir, 'cache');
  vi.stubEnv('FACTORBENCH_CACHE', cache);
  disk.readOnly = [folder];
  disk.read = [];
});
afterEach(async () => {
  disk.readOnly = [];
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

const decoded = () => disk.read.filter((path) => path.endsWith('.JPEG')).length;

async function readTest() {
  const opened = await tinyImagenet.open(folder);
  const set = await opened.read('test', 4);
  return { set, warnings: opened.warnings?.(0) };
}

test('images on a read-only disk are kept decoded in the user’s cache', async () => {
  const first = await readTest();
  expect(first.warnings).toEqual([]);
  expect(await readdir(join(cache, 'decoded'))).toEqual([
    expect.stringMatching(/^tiny-imagenet-[0-9a-f]{16}-test\.raw$/),
  ]);
  expect((await readdir(folder)).filter((name) => name.includes('.raw'))).toEqual([]);
  const opened = decoded();
  expect(opened).toBe(4);
  expect((await readTest()).set).toEqual(first.set);
  expect(decoded()).toBe(opened);
});

test('where the cache cannot be written either, they are decoded each time, which is told', async () => {
  disk.readOnly = [dir];
  const first = await readTest();
  expect(first.warnings).toEqual([
    expect.stringMatching(
      /^Each cell decodes the images again\. .*test\.raw cannot be written \(EROFS\).* Decoded images: .*\/decoded\//,
    ),
  ]);
  expect((await readTest()).set).toEqual(first.set);
  expect(decoded()).toBe(8);
});
