import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { collectSettings } from '../../../harness/cli/run/set-option.ts';
import { asCommitted } from '../../helpers/run-file.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { cli, smokeCells } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

const { cell } = smokeCells[0]!;
const trial = ['--only', cell, '--set', 'training.epochs=1', '--limit', '400'];
const note =
  'Tried out: training.epochs=1, dataset.trainExamples=400, dataset.testExamples=250, dataset.validationExamples=63.';

it('reads values as JSON, else as text', () => {
  const settings = ['training.epochs=1', 'init=spectral', 'training.decayAt=[0.5]', 'note="1"', 'a=b=c'];
  expect(settings.reduce((read, text) => collectSettings(text, read), collectSettings('x.y=null'))).toEqual([
    { path: 'x.y', value: null },
    { path: 'training.epochs', value: 1 },
    { path: 'init', value: 'spectral' },
    { path: 'training.decayAt', value: [0.5] },
    { path: 'note', value: '1' },
    { path: 'a', value: 'b=c' },
  ]);
});

it.each([
  ['training.epochs', [], /--set training\.epochs: expected KEY=VALUE .* --set training\.epochs=1/],
  ['=1', [], /--set =1: expected KEY=VALUE/],
  ['training.epochs=', [], /expected KEY=VALUE/],
  ['training..epochs=1', [], /expected KEY=VALUE/],
  ['training.epochs=2', ['training.epochs=1'], /--set training\.epochs: is given twice; give it once/],
  ['training.epochs=2', ['training={}'], /--set training\.epochs: is part of another --set, training;/],
  ['training={}', ['training.epochs=1'], /--set training: is part of another --set, training\.epochs;/],
])('refuses --set %s after %j', (text, earlier, message) => {
  const before = earlier.flatMap((one) => collectSettings(one));
  expect(() => collectSettings(text, before)).toThrow(message);
});

it('tells in the plan what is tried out', async () => {
  const { exitCode, stdout, stderr } = await cli(['plan', 'compression', '--json', ...trial]);
  const [row] = JSON.parse(stdout) as Record<string, unknown>[];
  expect(row).toMatchObject({
    cell: expect.stringContaining('.set-'),
    overrides: { 'training.epochs': 1, 'dataset.trainExamples': 400 },
  });
  expect(stderr).toContain(`${note} Cells with it meet no baseline.`);
  expect(exitCode).toBe(0);
});

it.each([
  [['--set', 'training.epoch=1'], /--set training\.epoch: no cell has such a field .*did you mean training\.epochs\?/],
  [['--set', 'training.epochs=0'], /--set: cell .*: training\.epochs: Too small/],
  [['--limit', '0'], /--limit 0: expected a whole number of at least 1/],
])('refuses %j with 2', async (argv, message) => {
  const { exitCode, stderr } = await cli(['suite', 'compression', ...argv]);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});

it('runs a trial beside the suite’s cells, and keeps it from every baseline', async () => {
  const [out, baselinesDir] = [await temporaryFolder(), await temporaryFolder()];
  const run = (...argv: string[]) =>
    cli(['suite', 'compression', '--out', out, '--jobs', '1', '--strict', ...argv], { baselinesDir });
  const tried = await run(...trial);
  expect(tried.stdout).toContain(note);
  expect(tried.stdout).toContain('Not checked against a baseline.');
  expect(tried.exitCode).toBe(0);
  const report = await readFile(join(out, 'report.md'), 'utf8');
  expect(report.split(note)).toHaveLength(2);
  expect(report).toMatch(/npm run suite -- compression .*--set training\.epochs=1 --set dataset\.trainExamples=400/);

  const checked = await cli(['check', 'compression', '--out', out], { baselinesDir });
  expect(checked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('all records were tried out') });
  const rendered = await cli(['report', 'compression', '--out', out], { baselinesDir });
  expect(rendered.stdout).toContain('Not checked against a baseline.');
  expect(await readFile(join(out, 'report.md'), 'utf8')).toContain(note);

  const plain = await run('--only', cell);
  expect(plain.exitCode).toBe(4);
  await asCommitted(out);
  const names = await readdir(join(out, 'records'));
  expect(names.filter((name) => name.endsWith('.json'))).toHaveLength(2);
  const refused = await cli(['accept', 'compression', '--out', out, '--why', 'first'], { baselinesDir });
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/^accept: dense.*\.set-[0-9a-f]{8}\.seed-0 were tried out with --set or --limit/);
  const accepted = await cli(['accept', 'compression', '--out', out, '--only', cell, '--why', 'first'], {
    baselinesDir,
  });
  expect(accepted).toMatchObject({ exitCode: 0, stderr: '' });
  const rest = await cli(['check', 'compression', '--out', out], { baselinesDir });
  expect(rest.stderr).toMatch(/^Left out, as they were tried out with --set or --limit: dense.*\.set-/);
  expect(rest.stdout).toContain('1 cells: 1 reproduced.');
});
