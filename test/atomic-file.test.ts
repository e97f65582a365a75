import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { writeFileAtomically } from '../harness/atomic-file.ts';
import { UsageError } from '../harness/errors.ts';
import { temporaryFolder } from './run/helpers.ts';

const failure = vi.hoisted(() => ({ code: null as string | null }));

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return {
    ...fs,
    open: async (...args: Parameters<typeof fs.open>) => {
      const file = await fs.open(...args);
      const code = failure.code;
      if (code !== null) {
        // A full disk takes a part, then refuses.
        file.writeFile = async () => {
          await file.write('half');
          throw Object.assign(new Error(code), { code });
        };
      }
      return file;
    },
  };
});

afterEach(() => {
  failure.code = null;
});

it('makes the folder and replaces the file', async () => {
  const path = join(await temporaryFolder(), 'deep', 'file.json');
  await writeFileAtomically(path, 'one');
  await writeFileAtomically(path, 'two');
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(join(path, '..'))).toEqual(['file.json']);
});

it.each([
  ['ENOSPC', /disk is full/],
  ['EDQUOT', /quota/],
])('on %s keeps the old file, leaves nothing half-written, and says what to do', async (code, message) => {
  const dir = await temporaryFolder();
  const path = join(dir, 'file.json');
  await writeFile(path, 'old');
  failure.code = code;
  const error = await writeFileAtomically(path, 'new').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toContain(path);
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(dir)).toEqual(['file.json']);
});

it('says that a name is too long for a file', async () => {
  const path = join(await temporaryFolder(), `${'x'.repeat(300)}.json`);
  await expect(writeFileAtomically(path, 'new')).rejects.toThrow(UsageError);
  await expect(writeFileAtomically(path, 'new')).rejects.toThrow(/its name is too long; use a shorter one, or choose/);
});

it('passes other errors on as they are', async () => {
  failure.code = 'ERR_OTHER';
  const error = await writeFileAtomically(join(await temporaryFolder(), 'x'), 'new').catch((thrown: unknown) => thrown);
  expect(error).not.toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ code: 'ERR_OTHER' });
});
