import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../run/helpers.ts';
import { cli, smokeCells } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

const cell = smokeCells[0]!.cell;

it('runs a cell, prints its line and the summary, then verifies it', async () => {
  const out = await temporaryFolder();
  const ran = await cli(['suite', 'compression', '--only', cell, '--out', out, '--jobs', '1', '--threads', '2']);
  expect(ran.stdout).toContain(`[1/1] accuracy 50.00 %  ${cell}  `);
  expect(ran.stdout).toContain('generated data is used instead');
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await readdir(out)).sort()).toEqual(
    ['junit.xml', 'records', 'report.html', 'report.md', 'results.csv', 'run.json'].sort(),
  );
  const verified = await cli(['verify', 'compression', '--out', out, '--sample', '1']);
  expect(verified.stdout).toMatch(new RegExp(`^reproduced +${cell}`, 'm'));
  expect(verified.exitCode).toBe(0);
});

it('with --json prints one object on stdout and the rest on stderr', async () => {
  const out = await temporaryFolder();
  const { exitCode, stdout, stderr } = await cli(['suite', 'compression', '--only', cell, '--out', out, '--json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    suite: 'compression',
    profile: 'smoke',
    out,
    exit_code: 0,
    planned: 1,
    ended: 1,
  });
  expect(stderr).toContain(`[1/1] accuracy 50.00 %  ${cell}  `);
});

it('keeps a record of version 1 aside, says so and runs its cell again', async () => {
  const out = await temporaryFolder();
  const old = JSON.stringify({ version: 1, cell });
  await mkdir(join(out, 'records'));
  await writeFile(join(out, 'records', `${cell}.json`), old);
  const { exitCode, stdout } = await cli(['suite', 'compression', '--only', cell, '--out', out]);
  expect(stdout).toContain(`${cell}.json is a record of version 1, and this program reads version 2; it is kept in `);
  expect(stdout).toContain('its cell runs again.');
  expect(stdout).toContain(`[1/1] accuracy 50.00 %  ${cell}  `);
  expect(exitCode).toBe(0);
  expect(await readFile(join(out, 'records', 'superseded', `${cell}-version-1.json`), 'utf8')).toBe(old);
});
