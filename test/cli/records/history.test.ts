import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { writeBaseline } from '../../../baselines/baseline-file.ts';
import { readHistory } from '../../../baselines/history/history-file.ts';
import { cellsOf } from '../../../baselines/history/history-line.ts';
import { freshSeeds } from '../../../harness/night.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import { idsOf } from '../../../harness/run/records/coverage.ts';
import { writeRunFile } from '../../../harness/run/records/run-file.ts';
import { storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { compression } from '../../../suites/compression.ts';
import { unfolded } from '../../helpers/page.ts';
import { fixtureRunFile } from '../../helpers/run-file.ts';
import { recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';

/** An accuracy that its cell's name decides: 0.5 ± 0.01, less what is lost. */
const recordOf = (cell: PlannedCell, lost: number) => {
  const [noise] = gaussian(1, 0.01, streamsOf(cell.cell, cell.seed)('noise'));
  return recordOfCell(cell, { value: 0.5 + noise! - lost, train_loss: 1 + noise! + lost });
};

const only = ['low-rank*'];

async function nightFolder(night: string, lost = 0): Promise<string> {
  const cells = planCells(compression, 'smoke', { present: [], night, only });
  const outDir = await temporaryFolder();
  await writeRunFile(outDir, fixtureRunFile(cells, { night, planned_cells: idsOf(cells) }));
  for (const cell of cells) await writeRecord(storeAt(outDir), recordOf(cell, lost));
  return outDir;
}

async function baselineFolder(): Promise<string> {
  const cells = planCells(compression, 'smoke', { present: [], seeds: 3, only });
  const accepted = cells.map((cell) => recordOf(cell, 0));
  const dir = await temporaryFolder();
  await writeBaseline(acceptRecords(accepted, null, { why: 'first', at: '2026-11-01T00:00:00.000Z' }), dir);
  return dir;
}

const dates = Array.from({ length: 8 }, (_, day) => `2026-12-0${day + 1}`);

test('a history gathers nights, tells of a loss, draws it, and begins anew at a mark', async () => {
  const baselinesDir = await baselineFolder();
  const file = join(baselinesDir, 'h.jsonl');
  const history = (...args: string[]) =>
    cli(['history', 'compression', '--profile', 'smoke', '--history', file, ...args], { baselinesDir });
  const folders = await Promise.all(dates.map((night, at) => nightFolder(night, at < 4 ? 0 : 0.05)));
  const append = (some: readonly string[]) => history(...some.flatMap((dir) => ['--append', dir]));

  const quiet = await append(folders.slice(0, 4));
  expect(quiet).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/4 nights, 2026-12-01 to 2026-12-04/) });
  expect(quiet.stdout).toMatch(/Evidence of a loss: \S+, pass \(suspect from 30, regressed from 730/);
  const held = await readFile(file, 'utf8');
  const twice = await append(folders.slice(0, 1));
  expect(twice).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/of 2026-12-01 comes twice/) });
  expect(await readFile(file, 'utf8')).toBe(held);

  const html = join(baselinesDir, 'h.html');
  // Suspect, then regressed.
  const codes: number[] = [];
  for (const folder of folders.slice(4, 7)) codes.push((await append([folder])).exitCode);
  expect(codes).toEqual([3, 3, 1]);
  const lost = await history('--append', folders[7]!, '--html', html);
  expect(lost.exitCode).toBe(1);
  expect(lost.stdout).toMatch(/regressed \(suspect from 30/);
  expect(lost.stdout).toMatch(/since one of: (\S+ \([^)]*\); )*2026-12-05 \(abc/);
  expect((await readFile(file, 'utf8')).startsWith(held)).toBe(true);
  const cells = cellsOf((await readHistory(file, 'compression', 'smoke'))!);
  const seedsOf = (role: string, night?: string) =>
    new Set(cells.filter((cell) => cell.role === role && (night ?? cell.night) === cell.night).map(({ seed }) => seed));
  expect(seedsOf('accepted')).toEqual(new Set([0, 1, 2]));
  expect(seedsOf('fixed')).toEqual(new Set([0]));
  expect(seedsOf('fresh', '2026-12-02')).toEqual(new Set(freshSeeds('compression', 'smoke', '2026-12-02')));

  const told = JSON.parse((await history('--json')).stdout);
  expect(told).toMatchObject({ verdict: 'regressed', nights: dates });
  expect(told.series[0]).toMatchObject({ change_night: '2026-12-05' });
  const page = unfolded(await readFile(html, 'utf8'));
  expect(page).toMatch(/<h1>History of compression, smoke<\/h1>\s*<span class="badge regressed">/);
  // A drawing for each series, and one of the evidence.
  expect(page.match(/<figure>/g)).toHaveLength(told.series.length + 1);
  expect(page).toContain('Changes of level: 2026-12-05');

  const mark = ['--mark', 'accepted', '--why', 'half the data is as good'];
  expect(await history(...mark, '--night', '2027-01-01')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/--night 2027-01-01: is no night of the history, which holds 8/),
  });
  const anew = await history(...mark, '--night', '2026-12-05');
  expect(anew.exitCode).toBe(0);
  expect(anew.stdout).toContain('Marked accepted: 2026-12-05: half the data is as good');
});

test('the files of two machines join in a new one', async () => {
  const baselinesDir = await baselineFolder();
  const into = (name: string, ...args: string[]) =>
    cli(['history', 'compression', '--profile', 'smoke', '--history', join(baselinesDir, name), ...args], {
      baselinesDir,
    });
  const [first, second] = await Promise.all([nightFolder('2026-12-01'), nightFolder('2026-12-02')]);
  await into('a.jsonl', '--append', first);
  await into('b.jsonl', '--append', second);
  const union = ['--union', join(baselinesDir, 'a.jsonl'), '--union', join(baselinesDir, 'b.jsonl')];
  expect((await into('c.jsonl', ...union)).stdout).toMatch(/2 nights, 2026-12-01 to 2026-12-02/);
  const joined = await readHistory(join(baselinesDir, 'c.jsonl'), 'compression', 'smoke');
  await into('a.jsonl', '--append', second);
  expect(joined).toEqual(await readHistory(join(baselinesDir, 'a.jsonl'), 'compression', 'smoke'));
});

test('a file that cannot be written is told by the option that named it', async () => {
  const baselinesDir = await baselineFolder();
  const folder = await nightFolder('2026-12-01');
  const written = async (...options: string[]) => {
    const argv = ['history', 'compression', '--profile', 'smoke', '--append', folder, ...options];
    const { exitCode, stderr } = await cli(argv, { baselinesDir });
    expect(exitCode).toBe(2);
    expect(stderr).not.toContain('--out');
    return stderr;
  };
  expect(await written('--history', '/proc/nope/h.jsonl')).toMatch(
    /\/proc\/nope\/h\.jsonl cannot be written .*, or name another file with --history\.\n$/,
  );
  const history = join(baselinesDir, 'h.jsonl');
  expect(await written('--history', history, '--html', '/proc/nope/x.html')).toMatch(
    /\/proc\/nope\/x\.html cannot be written .*, or name another file with --html\.\n$/,
  );
});

describe('what cannot be added is refused', () => {
  test.each([
    ['no history', [], /There is no history in .*compression\.smoke\.jsonl.*--append DIR/],
    ['a mark without a night', ['--mark', 'fixed'], /--mark fixed: needs --night DATE and --why TEXT/],
    ['a night without a mark', ['--night', '2026-12-01'], /--night: belongs to a mark/],
    ['a date that is none', ['--night', '2026-02-30'], /--night 2026-02-30: expected a date of the calendar/],
    ['a lost file', ['--union', '/nowhere/h.jsonl'], /--union \/nowhere\/h\.jsonl: there is no such file/],
    ['nights without a simulation', ['--nights', '10'], /--nights: belongs to --simulate/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await cli(['history', 'compression', '--profile', 'smoke', ...args]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test('a run without a night, a part of one, and a night without a baseline', async () => {
    const append = async (dir: string, baselinesDir?: string) => {
      const options = baselinesDir === undefined ? {} : { baselinesDir };
      const { exitCode, stderr } = await cli(
        ['history', 'compression', '--profile', 'smoke', '--append', dir],
        options,
      );
      expect(exitCode).toBe(2);
      return stderr;
    };
    const cells = planCells(compression, 'smoke', { present: [], night: '2026-12-01', only });
    const plain = await temporaryFolder();
    await writeRunFile(plain, fixtureRunFile(cells));
    for (const cell of cells) await writeRecord(storeAt(plain), recordOf(cell, 0));
    expect(await append(plain)).toMatch(/is no night: it was run without --night/);
    const part = await temporaryFolder();
    await writeRunFile(part, fixtureRunFile(cells, { night: '2026-12-01' }));
    for (const cell of cells.slice(1)) await writeRecord(storeAt(part), recordOf(cell, 0));
    expect(await append(part, await baselineFolder())).toMatch(/is not a whole night: 1 of \d+ planned cells/);
    expect(await append(await nightFolder('2026-12-01'))).toMatch(/there is no baseline of compression, smoke/);
  });
});

test('simulated nights tell rates and delays of a stored baseline', async () => {
  const baselinesDir = await baselineFolder();
  const args = ['history', 'compression', '--profile', 'smoke', '--simulate', '--nights', '180'];
  const { exitCode, stdout } = await cli(args, { baselinesDir });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/compression +10 +false alarms, normal +\d\.\d\d a year/);
  expect(stdout).toMatch(/compression +3 +one arm -2 +\S+ \/ \S+ nights/);
  expect((await cli(args, { baselinesDir })).stdout).toBe(stdout);
});
