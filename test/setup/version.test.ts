import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { versionLine } from '../../harness/setup/version.mjs';
import { temporaryFolder } from '../run/helpers.ts';

const node = process.version;

it('tells the commit of a checkout, and whether files differ from it', async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, 'package.json'), '{ "name": "factorbench", "version": "1.2.3" }');
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: root });
  await git('init', '--quiet');
  expect(versionLine(root)).toBe(`factorbench 1.2.3, no commit, Node ${node}`);
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'first');
  const { stdout: commit } = await git('rev-parse', 'HEAD');
  expect(versionLine(root)).toBe(`factorbench 1.2.3, commit ${commit}, Node ${node}`);
  await writeFile(join(root, 'new.txt'), '');
  expect(versionLine(root)).toBe(`factorbench 1.2.3, commit ${commit} with changes, Node ${node}`);
});

it('does without git', async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, 'package.json'), '{ "name": "factorbench", "version": "1.2.3" }');
  expect(versionLine(root)).toBe(`factorbench 1.2.3, no commit, Node ${node}`);
});
