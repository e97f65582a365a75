import { expect, it, vi } from 'vitest';
import { proofText } from '../../../harness/cli/prove/prove-command.ts';
import { methods } from '../../../harness/methods/registry.ts';
import { cli } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

it.each([
  [['--node', '/nonexistent/node'], /^--node \/nonexistent\/node: there is no such program; give the path of a Node/],
  [['--node', '/bin/true'], /^--node \/bin\/true: it does not say its version as one; give the path of a Node/],
  [
    ['--cpu', 'max', '--emulator', process.execPath],
    /^--emulator \S+: it does not say its version as one; .* qemu-x86_64/,
  ],
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

it('calls a cell that has no result somewhere, and no two that differ, failed', () => {
  const of = (environment: string, result: string | null) => {
    return { environment, initial: result && 'i', result, error: result === null ? 'it was killed' : null };
  };
  const environments = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const proofOf = (cell: string, ...results: ReturnType<typeof of>[]) => {
    return { suite: 'compression', cell, equal: false, results };
  };
  const text = proofText(environments, [
    proofOf('killed', of('a', 'r'), of('b', 'r'), of('c', null)),
    proofOf('both', of('a', 'r'), of('b', 's'), of('c', null)),
  ]);
  expect(text).toMatch(/^FAILED +in 3 of 3 .* killed /m);
  expect(text).toMatch(/^DIFFERS +in 3 of 3 .* both /m);
  expect(text).toMatch(/killed +c +it was killed$/m);
  expect(text).toContain('0 of 2 cells are equal wherever they were computed. 1 have no result everywhere');
});

it('calls cells of an interrupted proof open, and those that differ already different', () => {
  const of = (environment: string, result: string | null) => ({ environment, initial: 'i', result, error: null });
  const proofOf = (cell: string, equal: boolean, ...results: ReturnType<typeof of>[]) => {
    return { suite: 'compression', cell, equal, results };
  };
  const text = proofText(
    [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    [
      proofOf('whole', true, of('a', 'r'), of('b', 'r'), of('c', 'r')),
      proofOf('begun', true, of('a', 'r'), of('b', 'r')),
      proofOf('not-begun', false),
      proofOf('different', false, of('a', 'r'), of('b', 's')),
    ],
  );
  expect(text).toMatch(/^equal .* whole /m);
  expect(text).toMatch(/^open +in 2 of 3 .* begun /m);
  expect(text).toMatch(/^open +in 0 of 3 .* not-begun/m);
  expect(text).toMatch(/^DIFFERS +in 2 of 3 .* different /m);
  expect(text).toContain('1 of 4 cells are equal wherever they were computed. 2 are open: ');
});

it('has a tiny cell of every method of the registry', async () => {
  for (const { name } of methods) {
    const { stderr: told } = await cli(['prove-portable', '--only', `${name}*`, '--only', 'nothing*']);
    // The globs that match nothing are named.
    expect(told).toMatch(/^--only nothing\*: matches none of \d+ cells/);
  }
});
