import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { baselinesFolder } from '../../../baselines/baseline-file.ts';
import { leaderboardsOf } from '../../../reports/site/leaderboard.ts';
import { sitePages } from '../../../reports/site/site-pages.ts';
import { cli, folderWith, smokeCells } from '../../cli/helpers.ts';
import { testedArm as armOf } from '../../helpers/arms.ts';
import { temporaryFolder } from '../../run/helpers.ts';

const arms = [
  armOf({ method: 'dense', budget: 1, init: 'default' }, [0.9, 0.91, 0.9]),
  armOf({ method: 'snip', init: 'default' }, [0.5, 0.51, 0.5]),
  armOf({ method: 'rigl', init: 'default' }, [0.8, 0.81, 0.8]),
  armOf({ init: 'spectral' }, [0.8, 0.81, 0.801]),
  armOf({ method: 'set', init: 'default' }, [0.6]),
  armOf({ method: 'low-rank', budget: 0.5 }, [0.85, 0.86, 0.85]),
];
const scope = { suite: 'compression', profile: 'nightly', from: 'here', arms };

it('ranks the arms of a budget, and groups those that cannot be told apart', () => {
  const boards = leaderboardsOf(scope);
  expect(boards.map(({ budget, ranks }) => [budget, ranks.length])).toEqual([
    [null, 1],
    [0.5, 1],
    [0.1, 4],
  ]);
  const ranks = boards[2]!.ranks.map(({ arm, group }) => [arm.factors[0]!.value, group]);
  expect(ranks).toEqual([
    ['low-rank', 1],
    ['rigl', 1],
    ['set', null],
    ['snip', 2],
  ]);
});

it('has a first page with the standing question, and a page for each method', () => {
  const methods = new Map([['snip', { definition: 'The largest |w·∂L/∂w| are kept.', source: 'Lee et al. 2019' }]]);
  const pages = sitePages({ scopes: [scope], judged: [], methods, reports: [], histories: [] });
  expect(pages.map(({ file }) => file)).toEqual([
    'index.html',
    ...['dense', 'low-rank', 'rigl', 'set', 'snip'].map((method) => `method-${method}.html`),
  ]);
  const [standing] = pages[0]!.page.sections;
  expect(standing!.heading).toBe('Which method at which budget');
  const [rows] = standing!.blocks;
  expect(rows!.kind === 'table' && rows!.table.rows.map((row) => row.slice(-3))).toEqual([
    ['low-rank, default init, weight-decay', '85.33 % ± 0.58', '–'],
    ['low-rank, spectral init, weight-decay', '80.37 % ± 0.55', 'rigl, default init, weight-decay'],
  ]);
  const said = JSON.stringify(pages[5]!.page.sections);
  expect(said).toContain('The largest |w·∂L/∂w| are kept.');
  expect(said).toContain('Source: Lee et al. 2019.');
});

it('is written over the stored baselines, with links that lead somewhere', async () => {
  const dir = join(await temporaryFolder(), 'site');
  const { exitCode, stderr } = await cli(['report', '--site', dir], { baselinesDir: baselinesFolder() });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const files = await readdir(dir);
  const index = await readFile(join(dir, 'index.html'), 'utf8');
  const linked = [...index.matchAll(/href="\.\/([^"]+)"/g)].map(([, file]) => decodeURIComponent(file!));
  expect(linked.length).toBeGreaterThan(10);
  for (const file of linked) expect(files).toContain(file);
  expect(index).toContain('Which method at which budget');
  expect(index).toContain('<h2>Claims</h2>');
});

it('copies the pages of runs, and refuses folders without records', async () => {
  const baselinesDir = baselinesFolder();
  const from = await folderWith(smokeCells.slice(0, 2));
  await writeFile(join(from, 'report.html'), '<p>a page</p>');
  const dir = join(await temporaryFolder(), 'site');
  expect((await cli(['report', '--site', dir, from], { baselinesDir })).exitCode).toBe(0);
  expect(await readFile(join(dir, 'run-1.html'), 'utf8')).toBe('<p>a page</p>');
  const none = await cli(['report', '--site', dir, await folderWith([])], { baselinesDir });
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds no records') });
  expect(await cli(['report'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('name one suite') });
});
