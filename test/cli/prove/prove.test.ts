import { expect, it, vi } from 'vitest';
import { methods } from '../../../harness/methods/registry.ts';
import { cli } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

it.each([
  [['--node', '/nonexistent/node'], /^--node \/nonexistent\/node: there is no such program/],
  [['--only', 'nothing*'], /^--only nothing\*: matches none of \d+ cells/],
  [['--jobs', '0'], /--jobs/],
] as const)('prove-portable %j exits with 2 and says why', async (options, says) => {
  const { exitCode, stdout, stderr } = await cli(['prove-portable', ...options]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(says);
  expect(stdout).toBe('');
});

it('proves tiny cells of stand-ins equal, a line each, and as JSON', async () => {
  // Of two suites; names are unique in one alone.
  const options = ['--only', 'dense.default.none.resnet-8-w8.*', '--jobs', '2'];
  const { exitCode, stdout } = await cli(['prove-portable', ...options]);
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/^equal +in 2 of 2 +compression +dense\.default\.none\.\S+ /m);
  expect(stdout).toMatch(/^2 of 2 cells are equal wherever they were computed\. Environments: here, here again\.$/m);
  const json = JSON.parse((await cli(['prove-portable', ...options, '--json'])).stdout);
  expect(json).toMatchObject([{ equal: true, results: [{ environment: 'here' }, { environment: 'here again' }] }, {}]);
});

it('has a tiny cell of every method of the registry', async () => {
  for (const { name } of methods) {
    const { stderr: told } = await cli(['prove-portable', '--only', `${name}*`, '--only', 'nothing*']);
    // The globs that match nothing are named.
    expect(told).toMatch(/^--only nothing\*: matches none of \d+ cells/);
  }
});
