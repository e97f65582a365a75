import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../../harness/cli/main.ts';
import { worstOf } from '../../../harness/cli/run/suite-command.ts';
import { suites } from '../../../suites/registry.ts';
import { capture, temporaryFolder } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

const two = ['compression', 'tensors', '--only', 'dense*weight-decay*seed-0'];

it('takes the worst exit code', () => {
  expect(worstOf([])).toBe(0);
  expect(worstOf([0, 3, 0])).toBe(3);
  expect(worstOf([4, 3, 0])).toBe(4);
  expect(worstOf([4, 1])).toBe(1);
  expect(worstOf([3, 1, 0])).toBe(1);
  expect(worstOf([1, 2])).toBe(2);
  expect(worstOf([2, 130, 1])).toBe(130);
});

it('runs suites one after the other, each into its own folder, and tells how all ended', async () => {
  const out = await temporaryFolder();
  const { exitCode, stdout } = await cli(['suite', ...two, '--out', out, '--jobs', '1', '--strict']);
  expect(exitCode).toBe(4);
  expect((await readdir(out)).sort()).toEqual(['compression-smoke', 'tensors-smoke']);
  const [, end = ''] = stdout.split('\nSuites:\n');
  expect(
    end
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['compression', 'smoke', 'exit code 4', '1 of 1 cells', join(out, 'compression-smoke')],
    ['tensors', 'smoke', 'exit code 4', '1 of 1 cells', join(out, 'tensors-smoke')],
  ]);
});

it('gives a list of results as JSON', async () => {
  const out = await temporaryFolder();
  const { stdout } = await cli(['suite', ...two, '--out', out, '--json']);
  expect(JSON.parse(stdout)).toMatchObject([
    { suite: 'compression', out: join(out, 'compression-smoke'), exit_code: 0 },
    { suite: 'tensors', out: join(out, 'tensors-smoke'), exit_code: 0 },
  ]);
});

it.each([
  ['a glob', ['--only', 'snip*'], /--only snip\*: matches none of \d+ cells/],
  ['a baseline', [], /tensors\.smoke\.json/],
])('tells what is wrong with the second suite before the first one runs: %s', async (_, argv, message) => {
  const [out, baselinesDir] = [await temporaryFolder(), await temporaryFolder()];
  await writeFile(join(baselinesDir, 'tensors.smoke.json'), '{');
  const { exitCode, stdout, stderr } = await cli(['suite', 'compression', 'tensors', ...argv, '--out', out], {
    baselinesDir,
  });
  expect(stderr).toMatch(message);
  expect({ exitCode, stdout, files: await readdir(out) }).toEqual({ exitCode: 2, stdout: '', files: [] });
});

it('ends the sequence where it is interrupted', async () => {
  const out = await temporaryFolder();
  const [stdout, stderr] = [capture(), capture()];
  const streams = { stdout: stdout.stream, stderr: stderr.stream };
  const folders = { env: { FACTORBENCH_CACHE: await temporaryFolder() }, baselinesDir: await temporaryFolder() };
  const running = main(['suite', ...two, '--out', out, '--jobs', '1'], { ...streams, ...folders });
  // Before the run listens, the signal would end this process.
  await vi.waitFor(() => expect(stdout.text()).toContain('cells to run'), { timeout: 60_000 });
  process.emit('SIGINT');
  expect(await running).toBe(130);
  expect(stdout.text()).toMatch(/^tensors +smoke +not run +0 of 1 cells/m);
  expect(await readdir(out)).toEqual(['compression-smoke']);
});

it('plans several suites, and all', async () => {
  const plan = await cli(['plan', ...two, '--jobs', '2']);
  expect(plan.stdout).toMatch(/^compression, smoke: 1 cells, .* with --jobs 2\.\n[\s\S]*^tensors, smoke: 1 cells, /m);
  const { stdout } = await cli(['plan', '--all', '--only', '*seed-0', '--json']);
  const rows = JSON.parse(stdout) as { suite: string }[];
  expect([...new Set(rows.map(({ suite }) => suite))]).toEqual(suites.map(({ name }) => name));
});
