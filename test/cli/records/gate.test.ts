import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planCells } from '../../../harness/plan/plan.ts';
import type { RunFile } from '../../../harness/run/records/run-file.ts';
import { writeRunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { compression } from '../../../suites/compression.ts';
import { fixtureRunFile, unnamedRunFile } from '../../helpers/run-file.ts';
import { failureOfCell, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, folderWith, smokeCells } from '../helpers.ts';

/** A gate compares the names of what was planned with those of what is there. */

type SmokeCell = (typeof smokeCells)[number];
const [first, second, third] = smokeCells as [SmokeCell, SmokeCell, SmokeCell];
const plan = [first, second, third];

/** A folder with records of some cells, and a run.json of all of them. */
async function folderOf(cells: readonly SmokeCell[], run: Partial<RunFile> = {}): Promise<string> {
  const outDir = await folderWith(cells);
  await writeRunFile(outDir, fixtureRunFile(plan, run));
  return outDir;
}

const check = (outDir: string, ...options: string[]) => cli(['check', 'compression', '--out', outDir, ...options]);

describe('check', () => {
  it('names every planned cell without a record and exits with 1, also where strict', async () => {
    const outDir = await folderOf([second]);
    const { exitCode, stdout, stderr } = await check(outDir);
    expect(stdout).toContain(`missing       ${first.cell}: was planned, but has no record.\n`);
    expect(stdout).toContain(`missing       ${third.cell}: was planned, but has no record.\n`);
    expect(stdout).toContain('3 cells: 1 no-baseline, 2 missing.');
    expect(stderr).toContain(`2 of 3 planned cells have no record: ${first.cell}, ${third.cell}.`);
    expect(stderr).toContain('run the suite into it to the end, as before');
    expect([exitCode, (await check(outDir, '--strict')).exitCode]).toEqual([1, 1]);
  });

  it('is not misled by as many records of other cells', async () => {
    const outDir = await folderWith([first]);
    await writeRunFile(outDir, fixtureRunFile(plan, { planned_cells: { [second.cell]: second.id }, planned: 1 }));
    const { exitCode, stderr } = await check(outDir);
    expect(stderr).toContain(`1 of 2 planned cells have no record: ${second.cell}.`);
    expect(exitCode).toBe(1);
  });

  it('takes a record of another configuration than was planned for none', async () => {
    const outDir = await folderOf(plan, { planned_cells: { [first.cell]: 'another' } });
    const { exitCode, stdout } = await check(outDir);
    expect(stdout).toContain('3 cells: 2 no-baseline, 1 missing.');
    expect(exitCode).toBe(1);
  });

  it('asks with --only of these cells alone, recorded or not', async () => {
    const outDir = await folderOf([second]);
    expect((await check(outDir, '--only', second.cell)).exitCode).toBe(0);
    const { exitCode, stdout } = await check(outDir, '--only', first.cell);
    expect(stdout).toContain('1 cells: 1 missing.');
    expect(exitCode).toBe(1);
    expect(await check(outDir, '--only', 'nothing')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--only nothing: matches none of 3 cells'),
    });
  });

  it('refuses --only of what the baseline alone holds: nothing was compared', async () => {
    const baselinesDir = await temporaryFolder();
    await cli(['accept', 'compression', '--out', await folderOf(plan), '--why', 'first'], { baselinesDir });
    const outDir = await folderWith([second]);
    const { exitCode, stdout, stderr } = await cli(['check', 'compression', '--out', outDir, '--only', first.cell], {
      baselinesDir,
    });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`--only ${first.cell} chooses entries of the baseline alone`);
  });

  it('refuses a profile that no suite has', async () => {
    const { exitCode, stderr } = await cli(['check', '--profile', 'nigthly']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--profile nigthly: no suite has it.*nightly/);
  });

  it('says of fresh seeds of a night that the history follows them', async () => {
    const night = '2026-12-01';
    const [fresh] = planCells(compression, 'smoke', { present: [], night }).filter(({ seed }) => seed !== 0);
    const outDir = await folderOf([first], { night, planned_cells: { [first.cell]: first.id }, planned: 1 });
    await writeRecord(storeAt(outDir), recordOfCell(fresh!));
    const { stderr } = await check(outDir);
    const why = `they are fresh seeds of ${night}, which the history follows`;
    expect(stderr).toContain(`Not judged, as ${why}: ${fresh!.cell}.`);
  });

  it.each<[string, Partial<RunFile>, RegExp]>([
    ['has not ended', { finished_at: null, exit_code: null }, /says that the last run into the folder has not ended/],
    ['could not plan what was asked for', { refusals: ['my.js: no method'] }, /Not planned: my\.js: no method/],
    ['was of another suite', { suite: 'tensors' }, /run\.json is of tensors, profile smoke/],
    ['was of another profile', { profile: 'paper' }, /run\.json is of compression, profile paper/],
  ])('exits with 1 where the run %s, although every record is there', async (_, run, message) => {
    const { exitCode, stderr } = await check(await folderOf(plan, run));
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });

  it('judges a folder that owes records and holds none', async () => {
    const outDir = await folderOf([]);
    for (const name of [[], ['compression']]) {
      const { exitCode, stdout } = await cli(['check', ...name, '--out', outDir]);
      expect(stdout).toContain('3 cells: 3 missing.');
      expect(exitCode).toBe(1);
    }
  });

  it('judges every profile that a folder holds where no suite is named', async () => {
    const outDir = await folderOf(plan);
    await writeRecord(storeAt(outDir), recordOfCell({ ...first, cell: 'another', profile: 'nightly' }));
    const { exitCode, stdout, stderr } = await cli(['check', '--out', outDir]);
    expect(stdout).toContain('3 cells: 3 no-baseline.');
    expect(stderr).toContain('Not judged, as neither the profile nor the baseline holds them: another.');
    expect(stderr).toContain('run.json is of compression, profile smoke: nothing says which cells were planned.');
    expect(exitCode).toBe(1);
  });

  it('goes by the numbers of a run.json that has no names', async () => {
    const outDir = await folderWith([first]);
    const ended = { cells_of_plan: 2, planned: 2, completed: 2 };
    await writeRunFile(outDir, unnamedRunFile(ended));
    expect(await check(outDir)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('1 of 2 planned cells have no record.'),
    });
    await writeRecord(storeAt(outDir), recordOfCell(second));
    expect((await check(outDir)).exitCode).toBe(0);
    // Records of another run do not make up for cells that this one did not end.
    await writeRunFile(outDir, unnamedRunFile({ ...ended, completed: 1 }));
    expect((await check(outDir)).exitCode).toBe(1);
  });

  it('says so where nothing tells what was planned', async () => {
    const outDir = await folderWith([first]);
    await rm(join(outDir, 'run.json'));
    const { exitCode, stderr } = await check(outDir);
    expect(stderr).toContain('there is no run.json, which says what was planned');
    expect(exitCode).toBe(1);
  });

  it('prints no line that a file or what it holds has begun', async () => {
    const outDir = await folderOf(plan);
    const store = storeAt(outDir);
    const forged = 'pass          forged.seed-0: as accepted.';
    await writeFile(join(store.recordsDir, `evil\n${forged}.json`), '{');
    await writeRecord(store, failureOfCell(second, `boom\n${forged}`));
    const { version: _, ...run } = fixtureRunFile(plan);
    const planned_cells = { ...run.planned_cells, [`lost\n${forged}`]: 'id' };
    await writeFile(join(outDir, 'run.json'), JSON.stringify({ version: 1, ...run, planned_cells }));
    const { stdout, stderr, exitCode } = await check(outDir);
    for (const line of [...stdout.split('\n'), ...stderr.split('\n')]) expect(line).not.toMatch(/^pass /);
    for (const name of ['evil', 'lost']) expect(stdout).toContain(`\nmissing       ${name}\\n${forged}: was planned`);
    expect(stdout).toContain(`failed: boom\n${' '.repeat(14)}${forged}`);
    expect(stderr).toContain(`evil\\n${forged}.json holds no valid record`);
    expect(exitCode).toBe(1);
  });

  it('counts a damaged record as missing also where nothing tells what was planned', async () => {
    const outDir = await folderWith([first, second]);
    await rm(join(outDir, 'run.json'));
    await writeFile(recordPath(storeAt(outDir), first.cell), '{');
    const { exitCode, stdout } = await check(outDir);
    expect(stdout).toContain(`missing       ${first.cell}`);
    expect(exitCode).toBe(1);
  });
});

describe('accept', () => {
  async function accept(outDir: string, ...options: string[]) {
    const baselinesDir = await temporaryFolder();
    const result = await cli(['accept', 'compression', '--out', outDir, '--why', 'x', ...options], { baselinesDir });
    return { ...result, files: await readdir(baselinesDir) };
  }

  it('refuses a partial run by the names that are missing, and takes what --only keeps of it', async () => {
    const outDir = await folderOf([first, third]);
    const refused = await accept(outDir);
    expect(refused).toMatchObject({ exitCode: 2, files: [], stdout: '' });
    expect(refused.stderr).toContain(`1 of 3 planned cells have no record: ${second.cell}.`);
    expect(refused.stderr).toContain('--only');
    expect(await accept(outDir, '--only', first.cell)).toMatchObject({
      exitCode: 0,
      files: ['compression.smoke.json'],
    });
    expect((await accept(outDir, '--only', second.cell)).exitCode).toBe(2);
  });

  it.each<[string, (outDir: string) => Promise<void>, RegExp]>([
    ['is missing', (outDir) => rm(join(outDir, 'run.json')), /there is no run\.json/],
    ['is damaged', (outDir) => writeFile(join(outDir, 'run.json'), '{}'), /run\.json is damaged/],
    [
      'says that it has not ended',
      (outDir) => writeRunFile(outDir, fixtureRunFile(plan, { finished_at: null, exit_code: null })),
      /has not ended/,
    ],
  ])('refuses a run whose run.json %s, with the remedy', async (_, change, message) => {
    const outDir = await folderOf(plan);
    await change(outDir);
    const { exitCode, stderr, files } = await accept(outDir);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/[Rr]un the suite/);
    expect([exitCode, files]).toEqual([2, []]);
  });

  it('changes nothing where the results are held already, and says so', async () => {
    const [outDir, baselinesDir] = [await folderOf(plan), await temporaryFolder()];
    const again = () => cli(['accept', 'compression', '--out', outDir, '--why', 'x'], { baselinesDir });
    await again();
    const path = join(baselinesDir, 'compression.smoke.json');
    const before = await readFile(path, 'utf8');
    expect(await again()).toMatchObject({
      exitCode: 0,
      stdout: 'Nothing to change: the baseline of compression, smoke, holds these results already.\n',
    });
    expect(await readFile(path, 'utf8')).toBe(before);
  });
});

it('report says what is missing, in every file', async () => {
  const outDir = await folderOf([second]);
  const { stdout } = await cli(['report', 'compression', '--out', outDir]);
  expect(stdout).toContain('3 cells planned, 1 with a record');
  expect(stdout).toContain(`without a record: ${first.cell}, ${third.cell}`);
  expect(stdout).not.toContain(': passed');
  for (const name of ['report.md', 'report.html', 'junit.xml']) {
    expect(await readFile(join(outDir, name), 'utf8')).toContain(third.cell);
  }
});

it('names a folder in place of a record as damaged', async () => {
  const outDir = await folderOf(plan);
  const path = recordPath(storeAt(outDir), first.cell);
  await rm(path);
  await mkdir(path);
  const { exitCode, stderr } = await check(outDir);
  expect(stderr).toContain(`${path} holds no valid record (it is no regular file, nor a link to one)`);
  expect(exitCode).toBe(1);
});
