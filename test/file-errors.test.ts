import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../harness/cli/main.ts';
import { UsageError } from '../harness/errors.ts';
import { DamagedFileError, explainFileError, onFile, readTextFile } from '../harness/file-errors.ts';
import { capture, temporaryFolder } from './run/helpers.ts';

const refusal = vi.hoisted(() => ({ error: new Error('none') as Error }));
vi.mock('../harness/cli/run/list-command.ts', () => ({
  listCommand: () => Promise.reject(refusal.error),
}));

const systemError = (code: string, more: object = { path: '/somewhere/file', syscall: 'open' }) =>
  Object.assign(new Error(`${code}: as Node says it`), { code, errno: -1, ...more });

it.each([
  ['ENOENT', 'it does not exist; correct the path'],
  ['ENOTDIR', 'a part of its path is not a folder; '],
  ['EACCES', 'permission denied; give this user access'],
  ['EPERM', 'permission denied; give this user access'],
  ['EROFS', 'the file system is read-only; use a place that can be written'],
  ['ENOSPC', 'the disk is full; free some space'],
  ['EDQUOT', 'the disk quota is used up; free some space'],
  ['EISDIR', 'it is a folder, not a file; '],
  ['ENAMETOOLONG', 'its name is too long; use a shorter one'],
  ['EMFILE', 'too many files are open; raise the limit (ulimit -n)'],
  ['ELOOP', 'its symbolic links lead in a circle; correct the links'],
  ['EBUSY', 'the system refuses it; check the disk'],
])('%s becomes a sentence with path, reason and remedy', (code, words) => {
  const explained = explainFileError(systemError(code), { done: 'read', of: 'Mine', remedy: 'name another' }) as Error;
  expect(explained).toBeInstanceOf(UsageError);
  expect(explained.message.startsWith(`Mine: /somewhere/file cannot be read (${code}): ${words}`)).toBe(true);
  expect(explained.message.endsWith(', or name another.')).toBe(true);
});

it('leaves errors that are no refusals of files as they are', async () => {
  const socket = createConnection({ host: '127.0.0.1', port: 1 });
  const refused = await new Promise((resolve) => socket.once('error', resolve));
  const others = [new Error('x'), new TypeError('y'), 'text', undefined, systemError('ERR_INVALID_ARG_VALUE'), refused];
  for (const other of others) expect(explainFileError(other, { done: 'used' })).toBe(other);
});

it('names the program that could not be started', () => {
  const error = systemError('ENOENT', { path: 'git', syscall: 'spawn git' });
  expect((explainFileError(error, { done: 'used' }) as Error).message).toContain(
    'git cannot be used (ENOENT): the prog',
  );
});

it('reaches what throws at once and what rejects', async () => {
  const use = { done: 'written', path: '/there' } as const;
  const thrown = onFile(use, () => {
    throw systemError('EROFS');
  });
  await expect(thrown).rejects.toThrow('/there cannot be written (EROFS)');
  await expect(onFile(use, () => Promise.reject(systemError('EROFS')))).rejects.toThrow('/there cannot be written');
  expect(await onFile(use, () => 7)).toBe(7);
});

it('is the last net of the command line: a sentence, exit code 2, no stack', async () => {
  const listed = async (error: Error) => {
    refusal.error = error;
    const [stdout, stderr] = [capture(), capture()];
    const exitCode = await main(['list'], { stdout: stdout.stream, stderr: stderr.stream, env: {} });
    return { exitCode, stderr: stderr.text() };
  };
  expect(await listed(systemError('EACCES'))).toEqual({
    exitCode: 2,
    stderr: '/somewhere/file cannot be used (EACCES): permission denied; give this user access to it.\n',
  });
  const fault = await listed(new TypeError('a fault of the program'));
  expect(fault.exitCode).toBe(1);
  expect(fault.stderr).toMatch(/a fault of the program\n\s+at /);
});

it('reads a text, nothing where there is none, and refuses what it cannot be', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file.json');
  const read = (most = 100) => readTextFile(path, { most, remedy: 'delete it' });
  expect(await read()).toBeNull();
  await writeFile(path, 'text');
  expect(await read(4)).toBe('text');
  await truncate(path, 600e6);
  await expect(read(64e6)).rejects.toThrow(
    new DamagedFileError(path, 'it has 600 MB, and such a file at most 64 MB', 'delete it'),
  );
  await expect(readTextFile('/dev/zero', { most: 100, remedy: 'delete it' })).rejects.toThrow(
    '/dev/zero is damaged: it is not an ordinary file; delete it.',
  );
  const inside = join(folder, 'folder');
  await mkdir(inside);
  const reading = readTextFile(inside, { most: 1e9, remedy: 'delete it' });
  await expect(reading).rejects.toThrow(`${inside} cannot be read (EISDIR): it is a folder, not a file; `);
});
