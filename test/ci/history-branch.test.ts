import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readHistory, writeHistory } from '../../baselines/history/history-file.ts';
import { cellsOf } from '../../baselines/history/history-line.ts';
import { historyCell, historyOf } from '../baselines/history/fixtures.ts';
import { temporaryFolder } from '../run/helpers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const author = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@localhost',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@localhost',
};

async function git(cwd: string, ...args: string[]): Promise<string> {
  return (await execa('git', args, { cwd, env: author })).stdout;
}

/** A remote repository, and clones of it in which `npm run history` is this checkout's. */
async function repository() {
  const folder = await temporaryFolder();
  const remote = join(folder, 'remote.git');
  await execa('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  const first = join(folder, 'first');
  await execa('git', ['clone', '--quiet', remote, first]);
  await mkdir(join(first, '.ci'));
  await cp(join(root, '.ci/history'), join(first, '.ci/history'));
  const history = `node ${join(root, 'harness/setup/start.mjs')} history`;
  await writeFile(join(first, 'package.json'), JSON.stringify({ name: 'x', private: true, scripts: { history } }));
  await git(first, 'checkout', '--quiet', '-B', 'main');
  await git(first, 'add', '--all');
  await git(first, 'commit', '--quiet', '--message', 'first');
  await git(first, 'push', '--quiet', 'origin', 'main');
  return { folder, remote, first };
}

async function history(clone: string, verb: string, dir: string) {
  return execa(join(clone, '.ci/history'), [verb, dir], { cwd: clone, reject: false, all: true });
}

const name = 'compression.nightly.jsonl';

test('histories come from the branch and go to it, united, whoever pushes', async () => {
  const { folder, remote, first } = await repository();
  const second = join(folder, 'second');
  await execa('git', ['clone', '--quiet', remote, second]);
  const dirOf = (clone: string) => join(clone, 'history');
  const add = (clone: string, night: string) => {
    return writeHistory(join(dirOf(clone), name), historyOf([historyCell({ night })]));
  };
  expect((await history(first, 'fetch', dirOf(first))).exitCode).toBe(0);
  expect(await readdir(dirOf(first))).toEqual([]);
  await mkdir(dirOf(second));

  await add(first, '2026-12-01');
  expect(await history(first, 'push', dirOf(first))).toMatchObject({ exitCode: 0 });
  // The second one has not seen that.
  await add(second, '2026-12-02');
  expect(await history(second, 'push', dirOf(second))).toMatchObject({ exitCode: 0 });
  expect((await history(second, 'push', dirOf(second))).all).toContain('holds all that is in');

  expect((await history(first, 'fetch', dirOf(first))).exitCode).toBe(0);
  const united = await readHistory(join(dirOf(first), name), 'compression', 'nightly');
  expect(cellsOf(united!).map(({ night }) => night)).toEqual(['2026-12-01', '2026-12-02']);
  expect(await git(remote, 'ls-tree', '-r', '--name-only', 'history')).toBe(name);
  expect(await git(remote, 'rev-list', '--count', 'history')).toBe('2');
  // Neither the clone nor what it has checked out is touched.
  expect(await git(first, 'worktree', 'list')).not.toContain('\n');
  expect(await git(first, 'status', '--porcelain', '--untracked-files=no')).toBe('');
});

test('what cannot be read or pushed fails, and the branch stays', async () => {
  const { folder, first } = await repository();
  const dir = join(folder, 'h');
  await mkdir(dir);
  expect(await history(first, 'push', dir)).toMatchObject({
    exitCode: 2,
    all: expect.stringContaining('holds no history'),
  });
  await writeFile(join(dir, name), 'damaged\n');
  expect((await history(first, 'push', dir)).exitCode).toBe(2);
  expect(await readFile(join(dir, name), 'utf8')).toBe('damaged\n');
  expect(await git(first, 'ls-remote', '--heads', 'origin')).not.toContain('refs/heads/history');
  await git(first, 'remote', 'set-url', 'origin', join(folder, 'gone.git'));
  expect((await history(first, 'fetch', dir)).exitCode).not.toBe(0);
  expect((await history(first, 'shove', dir)).exitCode).toBe(2);
});
