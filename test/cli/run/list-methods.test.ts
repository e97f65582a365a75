import { expect, it } from 'vitest';
import type { MethodRow } from '../../../harness/cli/run/list-methods.ts';
import { methods } from '../../../harness/methods/registry.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { dataFolderNames } from '../../../harness/spec/datasets.ts';
import { wordsOfKind } from '../../../harness/spec/kinds.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import { suites } from '../../../suites/registry.ts';
import { cli } from '../helpers.ts';

async function rows(): Promise<MethodRow[]> {
  const { exitCode, stdout, stderr } = await cli(['list', '--methods', '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as MethodRow[];
}

it('lists every method of the registry with all that it goes with', async () => {
  const listed = await rows();
  expect(listed.map(({ name }) => name)).toEqual(methods.map(({ name }) => name));
  for (const { tasks, inits, regularizers, source, definition } of listed) {
    for (const one of [tasks, inits, regularizers, source, definition]) expect(one.length).toBeGreaterThan(0);
  }
  const named = (name: string) => listed.find((row) => row.name === name);
  expect(named('snip')).toEqual({
    name: 'snip',
    tasks: ['image', 'translation'],
    inits: ['default'],
    regularizers: ['none', 'weight-decay'],
    source: 'Lee et al. 2019',
    definition: expect.stringContaining('|w·∂L/∂w|'),
  });
  expect(named('tensor-ring')).toMatchObject({
    tasks: ['image', 'distillation'],
    inits: ['default', 'spectral', 'iid'],
  });
  expect(named('low-rank')!.regularizers).toContain('frobenius-decay');
});

it('covers what the suites use', async () => {
  const listed = new Map((await rows()).map((row) => [row.name, row]));
  for (const suite of suites) {
    for (const cell of planCells(suite, 'smoke', { present: dataFolderNames })) {
      // Methods that are words of a kind's own are in no registry.
      if (!wordsOfKind(cell.kind).usesMethods) continue;
      const { tasks, inits, regularizers } = listed.get(cell.config.method)!;
      expect(tasks).toContain(cell.kind);
      if (cell.kind !== 'image') continue;
      expect(inits).toContain(factorOf(cell, 'init'));
      expect(regularizers).toContain(factorOf(cell, 'regularizer'));
    }
  }
});

it('prints a table under titles', async () => {
  const { stdout } = await cli(['list', '--methods']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^method +tasks +initializations +regularizers +source$/);
  expect(lines).toHaveLength(methods.length + 1);
  expect(lines).toContainEqual(expect.stringMatching(/^obd +image +default +none, weight-decay +LeCun et al\. 1990/));
});

it.each([
  [['--methods', '--method', 'set'], /--methods[\s\S]*cannot be used with[\s\S]*--method/],
  [['compression', '--methods'], /--methods: is of all suites; leave 'compression' away/],
])('refuses %j', async (argv, message) => {
  const { exitCode, stderr } = await cli(['list', ...argv]);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});
