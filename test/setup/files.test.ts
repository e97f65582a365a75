import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fillFolder, isComplete } from '../../harness/setup/files.mjs';
import { makeFolder } from './fake-checkout.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function filled() {
  const target = join(folder, 'library');
  await fillFolder(target, async (unfinished) => {
    for (const name of ['a.so', 'b.so']) writeFileSync(join(unfinished, name), 'abc');
    return ['a.so', 'b.so'];
  });
  return { target, stamp: join(target, 'complete.json') };
}

it('a folder is complete while its stamp and all files are there, with their sizes', async () => {
  const { target, stamp } = await filled();
  expect(isComplete(target, ['a.so'])).toBe(true);
  expect(JSON.parse(readFileSync(stamp, 'utf8'))).toEqual({ 'a.so': 3, 'b.so': 3 });
  writeFileSync(join(target, 'b.so'), 'abcd');
  expect(isComplete(target, ['a.so'])).toBe(false);
  expect(isComplete(join(folder, 'absent'), [])).toBe(false);
});

it.each([
  ['is empty', ''],
  ['is garbage', 'garbage'],
  ['is cut short', '{"a.so": 3, "b.s'],
  ['names no file', '{}'],
  ['lacks a file that is needed', '{"b.so": 3}'],
  ['is null', 'null'],
  ['is a text', '"a.so"'],
  ['is a list', '["a.so"]'],
  ['has a size that is none', '{"a.so": "3"}'],
])('a folder whose stamp %s is incomplete, and is filled again', async (_, text) => {
  const { target, stamp } = await filled();
  writeFileSync(stamp, text);
  expect(isComplete(target, ['a.so'])).toBe(false);
  await filled();
  expect(isComplete(target, ['a.so'])).toBe(true);
  expect(existsSync(join(folder, '.unfinished'))).toBe(false);
});
