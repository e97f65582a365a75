import { expect, it } from 'vitest';
import { baselinesFolder } from '../../../baselines/baseline-file.ts';
import { totalParameters } from '../../../harness/shape/blueprint.ts';
import { blueprintOf } from '../../../harness/tasks/image/outline.ts';
import { suites } from '../../../suites/registry.ts';
import { imageConfig } from '../../helpers/suites.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { cli, folderWith, smokeCells } from '../helpers.ts';

const keys = 'suite profile cell model dataset method init regularizer budget ratio seed id kind factors needs'.split(
  ' ',
);

it.each([[['plan', 'compression', '--json']], [['suite', 'compression', '--plan', '--json']]])(
  'prints the plan as JSON and nothing else: %j',
  async (argv) => {
    const { exitCode, stdout } = await cli(argv);
    expect(exitCode).toBe(0);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.map(({ id }) => id)).toEqual(smokeCells.map(({ id }) => id));
    for (const [index, row] of rows.entries()) {
      expect(Object.keys(row)).toEqual(keys);
      const cell = smokeCells[index]!;
      const { method, init, regularizer, budget } = imageConfig(cell);
      expect(row).toMatchObject({ method, init, regularizer, budget, kind: 'image', factors: cell.factors, needs: [] });
    }
  },
);

it('says that generated data stands in', async () => {
  const { stderr } = await cli(['plan', 'compression']);
  expect(stderr).toBe('cifar-10 was not found: generated data is used instead. Give --data DIR, or --download.\n');
});

it('prints a table with the total', async () => {
  const { stdout } = await cli(['plan', 'compression', '--jobs', '2']);
  const lines = stdout.trimEnd().split('\n');
  // Behind the total stands what a check can find.
  expect(lines).toHaveLength(smokeCells.length + 2);
  expect(lines[0]).toContain(smokeCells[0]!.cell);
  const low = smokeCells.findIndex(({ config }) => config.method === 'low-rank');
  const [, parameters, ratio] = /\s(\d+) parameters\s+ratio (\d\.\d{5})\s/.exec(lines[low]!)!;
  const config = imageConfig(smokeCells[low]!);
  const dense = totalParameters(blueprintOf(config.model, config.dataset));
  expect(Number(parameters) / dense).toBeCloseTo(smokeCells[low]!.ratio!, 12);
  expect(ratio).toBe(smokeCells[low]!.ratio!.toFixed(5));
  expect(lines.at(-2)).toMatch(new RegExp(`^${smokeCells.length} cells, .* with --jobs 2\\.$`));
});

it('tells what a check against the baseline can find, or why nothing tells', async () => {
  const planned = () => cli(['plan', 'compression', '--only', 'dense*'], { baselinesDir });
  const baselinesDir = await temporaryFolder();
  expect((await planned()).stdout.trimEnd()).toMatch(
    /\nCheck: there is no baseline of compression, smoke, to find a loss against\.$/,
  );
  const out = await folderWith(smokeCells);
  await cli(['accept', 'compression', '--out', out, '--why', 'first'], { baselinesDir });
  expect((await planned()).stdout).toMatch(
    /\nBaseline: last accepted on \d{4}-\d\d-\d\d, 0 days ago, at commit abc\.\nQuality: this profile asks only whether/,
  );
});

it('tells of a night what its fixed seeds find, and who follows the fresh ones', async () => {
  const { stdout } = await cli(['plan', 'compression', '--profile', 'nightly', '--night', '2026-12-01'], {
    baselinesDir: baselinesFolder(),
  });
  expect(stdout).toMatch(/\nQuality, accuracy: 1 seed an arm against \d+ accepted, /);
  expect(stdout).toContain('\nFresh seeds of 2026-12-01: the history follows them over nights');
});

it('plans the union of --only globs, and the seeds that --seeds gives', async () => {
  const { stdout } = await cli([
    'plan',
    'compression',
    '--json',
    '--only',
    'dense.*',
    '--only',
    '*seed-4',
    '--seeds',
    '5',
  ]);
  const names = (JSON.parse(stdout) as { cell: string }[]).map(({ cell }) => cell);
  expect(names.some((name) => name.startsWith('dense.') && name.endsWith('seed-2'))).toBe(true);
  expect(names.some((name) => !name.startsWith('dense.') && name.endsWith('seed-4'))).toBe(true);
  expect(names.every((name) => name.startsWith('dense.') || name.endsWith('seed-4'))).toBe(true);
});

it('plans shards that are disjoint and complete', async () => {
  const shards = await Promise.all(
    ['1/3', '2/3', '3/3'].map(async (shard) => {
      const { stdout } = await cli(['plan', 'compression', '--json', '--shard', shard]);
      return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
    }),
  );
  expect(shards.flat().sort()).toEqual(smokeCells.map(({ id }) => id).sort());
});

it.each([[['list']], [['suite', '--list']]])('lists one suite and profile a line: %j', async (argv) => {
  const { exitCode, stdout } = await cli(argv);
  expect(exitCode).toBe(0);
  const profiles = suites.reduce((sum, suite) => sum + Object.keys(suite.profiles).length, 0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(profiles);
  expect(stdout).toMatch(new RegExp(`^compression +smoke +${smokeCells.length} +cells +(?:\\d+ min )?\\d\\d s$`, 'm'));
  expect(stdout).toMatch(/^compression +paper +\d+ +cells +\d+\.\d years$/m);
});

it('lists as JSON', async () => {
  const { stdout } = await cli(['list', 'compression', '--json', '--jobs', '1']);
  const lines = JSON.parse(stdout) as { profile: string }[];
  const seconds = smokeCells.reduce((sum, cell) => sum + cell.estimatedSeconds, 0);
  expect(lines.find(({ profile }) => profile === 'smoke')).toEqual({
    suite: 'compression',
    profile: 'smoke',
    cells: smokeCells.length,
    estimated_minutes: Math.ceil(seconds / 6) / 10,
  });
});
