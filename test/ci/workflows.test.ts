import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { suites } from '../../suites/registry.ts';
import { cli } from '../cli/helpers.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('.github/workflows/', root);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};

interface Step {
  run?: string;
  uses?: string;
}

interface Job {
  needs?: string | string[];
  permissions?: Record<string, string>;
  strategy?: { matrix: { suite?: string[] } };
  steps: Step[];
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const workflows = readdirSync(folder).map((file): [string, Workflow] => [
  file,
  parse(readFileSync(new URL(file, folder), 'utf8')) as Workflow,
]);

/** What an expression stands for in a run. */
const values: Readonly<Record<string, string>> = {
  'matrix.suite': 'tensors',
  'matrix.shard': '1/2',
  'needs.night.outputs.date': '2026-12-01',
};

/** The npm commands of a step as words, with what expressions and shell variables stand for. */
function npmCommands(run: string): string[][] {
  return run
    .split(/\n|&&|\|/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('npm '))
    .map((line) => {
      const said = line.replace(/\$\{\{ (.*?) \}\}/g, (_, name: string) => values[name] ?? name);
      return said.replace(/"?\$\w+"?/g, '/somewhere').split(/\s+/);
    });
}

const steps = workflows.flatMap(([file, { jobs }]) =>
  Object.values(jobs).flatMap((job) => job.steps.map((step) => ({ file, step }))),
);
const commands = steps.flatMap(({ file, step }) =>
  npmCommands(step.run ?? '').map((words): [string, string[]] => [`${file}: ${words.join(' ')}`, words]),
);

describe('workflows', () => {
  test('have commands', () => {
    expect(commands.length).toBeGreaterThan(15);
  });

  test.each(commands)('know the command: %s', async (_, [, ...words]) => {
    if (['audit', 'test'].includes(words[0]!)) return;
    const [name, ...args] = words.slice(1).filter((word) => !['--silent', '--'].includes(word));
    expect(Object.keys(scripts)).toContain(name);
    if (['setup', 'doctor'].includes(name!)) return;
    const { stdout } = await cli([name!, '--help']);
    for (const option of args.filter((word) => word.startsWith('--'))) expect(stdout).toContain(option);
  });

  test('name the suites that there are', () => {
    const named = workflows.flatMap(([, { jobs }]) =>
      Object.values(jobs).flatMap((job) => job.strategy?.matrix.suite ?? []),
    );
    expect(new Set(named)).toEqual(new Set(suites.map(({ name }) => name)));
  });

  test('read only, but for the jobs that run nothing of what they write about', () => {
    const writing = workflows.flatMap(([file, { permissions, jobs }]) => {
      expect(permissions).toEqual({ contents: 'read' });
      return Object.entries(jobs).flatMap(([name, job]) => (job.permissions ? [[file, name, job.permissions]] : []));
    });
    expect(writing).toEqual([
      ['nightly.yml', 'history', { contents: 'write' }],
      ['pull-request.yml', 'comment', { 'pull-requests': 'write' }],
      ['site.yml', 'publish', { pages: 'write', 'id-token': 'write' }],
    ]);
  });

  test('need jobs that are there', () => {
    for (const [, { jobs }] of workflows) {
      for (const { needs } of Object.values(jobs)) {
        for (const name of [needs ?? []].flat()) expect(Object.keys(jobs)).toContain(name);
      }
    }
  });
});
