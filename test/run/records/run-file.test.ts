import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { readRunFile, readVersions, writeRunFile } from '../../../harness/run/records/run-file.ts';
import { fixtureRunFile, unnamedRunFile } from '../../helpers/run-file.ts';
import { temporaryFolder } from '../helpers.ts';

it('reads back what it wrote, with names of cells and without', async () => {
  const outDir = await temporaryFolder();
  for (const run of [fixtureRunFile([{ cell: 'a', id: '1' }], { refusals: ['no'] }), unnamedRunFile()]) {
    await writeRunFile(outDir, run);
    expect(await readRunFile(outDir)).toEqual(run);
  }
});

it('tells whether tracked files differ from the commit, and by a digest how', async () => {
  const root = await temporaryFolder();
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root });
  await writeFile(join(root, 'package.json'), '{"version":"1.2.3"}');
  await writeFile(join(root, 'a b.ts'), 'one');
  await mkdir(join(root, 'baselines', 'history'), { recursive: true });
  for (const name of ['tensors.smoke.json', 'tensors.nightly.tuning.json', 'history/tensors.nightly.jsonl']) {
    await writeFile(join(root, 'baselines', name), '1');
  }
  expect(await readVersions(root)).toMatchObject({ factorbench: '1.2.3', commit: null, dirty: null, changes: null });
  await git('init');
  await git('add', '.');
  await git('commit', '-m', 'first');
  // An output folder in the checkout changes nothing, nor does what was accepted.
  await writeFile(join(root, 'run.json'), '{}');
  await writeFile(join(root, 'baselines', 'tensors.smoke.json'), '2');
  await writeFile(join(root, 'baselines', 'history', 'tensors.nightly.jsonl'), '2');
  const clean = await readVersions(root);
  expect(clean).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: false, changes: null });
  const digests: unknown[] = [];
  for (const text of ['two', 'three', 'two']) {
    await writeFile(join(root, 'a b.ts'), text);
    const { commit, dirty, changes } = await readVersions(root);
    expect([commit, dirty]).toEqual([clean.commit, true]);
    digests.push(changes);
  }
  expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(digests[2]).toBe(digests[0]);
  expect(digests[1]).not.toBe(digests[0]);
  await rm(join(root, 'a b.ts'));
  expect(digests).not.toContain((await readVersions(root)).changes);
  await git('checkout', '.');
  expect((await readVersions(root)).dirty).toBe(false);
  // Tuned arms are trained with what it chose.
  await writeFile(join(root, 'baselines', 'tensors.nightly.tuning.json'), '2');
  expect((await readVersions(root)).dirty).toBe(true);
});
