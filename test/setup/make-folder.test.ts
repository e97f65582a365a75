import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../harness/setup/make-folder.mjs';
import { makeFolder as makeTemporary, setupFolder } from './fake-checkout.ts';

let folder: string;
beforeEach(() => {
  folder = makeTemporary();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes what is missing, and nothing where all is there', () => {
  const deep = join(folder, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

it('takes a link to a folder for one, and refuses what is none', () => {
  makeFolder(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  makeFolder(join(folder, 'link', 'sub'));
  expect(existsSync(join(folder, 'real', 'sub'))).toBe(true);
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => makeFolder(join(folder, 'file', 'sub'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken'));
  expect(() => makeFolder(join(folder, 'broken'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
});

// In a process of its own, which can be ended: Node's own way never returns.
it.skipIf(!existsSync('/proc/self'))('ends with the system’s refusal where a folder takes no others', () => {
  const script = `
    import { makeFolder } from ${JSON.stringify(join(setupFolder, 'make-folder.mjs'))};
    try { makeFolder('/proc/factorbench/deep') } catch ({ code, path }) { console.log(code, path) }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect(stdout).toMatch(/^(ENOENT|EPERM|EACCES|EROFS) \/proc\/factorbench\n$/);
});

it('is the only maker of folders', () => {
  const root = join(setupFolder, '../..');
  const sources = ['harness', 'baselines', 'reports', 'suites'].flatMap((name) =>
    readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
      .map((file) => join(name, file))
      .filter((file) => /\.(ts|mjs)$/.test(file) && !file.startsWith('reports/out')),
  );
  const others = sources.filter((file) => /mkdir(Sync)?\([^;]*recursive/.test(readFileSync(join(root, file), 'utf8')));
  expect(sources.length).toBeGreaterThan(100);
  expect(others).toEqual([]);
});
