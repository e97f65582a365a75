import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeRunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { failureOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, folderWith, smokeCells } from '../helpers.ts';

const cells = smokeCells.slice(0, 2);
const [first, second] = cells as [(typeof cells)[0], (typeof cells)[0]];

/** All files below a folder with their contents. */
async function contentOf(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')])));
}

it('accepts records as a baseline, which they then reproduce, and tells what changed', async () => {
  const [outDir, baselinesDir] = [await folderWith(cells), await temporaryFolder()];
  const accept = (out: string) =>
    cli(['accept', 'compression', '--out', out, '--why', 'first values'], { baselinesDir });
  const accepted = await accept(outDir);
  expect(accepted).toMatchObject({ exitCode: 0, stderr: '' });
  expect(accepted.stdout).toContain(`added     ${first.cell}: value 0.55`);
  expect(await readdir(baselinesDir)).toEqual(['compression.smoke.json']);
  const checked = await cli(['check', 'compression', '--out', outDir], { baselinesDir });
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 cells: 2 reproduced.') });

  const again = await accept(await folderWith([first], { value: 0.7, weights_digest: 'new' }));
  expect(again.stdout).toContain(`replaced  ${first.cell}: value 0.55 -> 0.7`);
  expect(again.stdout).toContain('1 unchanged.');
});

it('exits with 1 on a regression, and changes no file', async () => {
  const baselinesDir = await temporaryFolder();
  await cli(['accept', 'compression', '--out', await folderWith(cells), '--why', 'x'], { baselinesDir });
  const worse = await folderWith(cells, { parameters: 1 });
  const before = await contentOf(worse);
  const { exitCode, stdout } = await cli(['check', '--out', worse], { baselinesDir });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^regressed .*parameters expected/m);
  expect(await contentOf(worse)).toEqual(before);
});

it('exits with 3 without a baseline only where strict', async () => {
  const outDir = await folderWith(cells);
  expect((await cli(['check', 'compression', '--out', outDir])).exitCode).toBe(0);
  expect((await cli(['check', 'compression', '--out', outDir, '--strict'])).exitCode).toBe(3);
});

it.each([[[]], [['--strict']]])('exits with 1 where planned cells have no record, also with %j', async (strict) => {
  const outDir = await folderWith([first]);
  await writeRunFile(outDir, {
    version: 1,
    suite: 'compression',
    profile: 'smoke',
    command_line: [],
    options: {},
    versions: { factorbench: '1.0.0', commit: null, node: 'v20' },
    data: { source: 'generated', folder: null },
    started_at: '',
    finished_at: null,
    cells_of_plan: 2,
    planned: 2,
    resumed: 0,
    completed: 1,
    diverged: 0,
    failed: 0,
    interrupted: true,
    exit_code: null,
  });
  const { exitCode, stderr } = await cli(['check', 'compression', '--out', outDir, ...strict]);
  expect(stderr).toContain('1 of 2 planned cells have no record');
  expect(exitCode).toBe(1);
});

it('exits with 1 where a record failed, and does not accept it', async () => {
  const outDir = await temporaryFolder();
  await writeRecord(storeAt(outDir), failureOfCell(first, 'it broke'));
  const baselinesDir = await temporaryFolder();
  expect((await cli(['check', 'compression', '--out', outDir])).exitCode).toBe(1);
  const accepted = await cli(['accept', 'compression', '--out', outDir, '--why', 'x'], { baselinesDir });
  expect(accepted.exitCode).toBe(2);
  expect(accepted.stderr).toContain(first.cell);
  expect(await readdir(baselinesDir)).toEqual([]);
});

it('names a damaged record and goes on with the others, without renaming it', async () => {
  const outDir = await folderWith(cells);
  const path = recordPath(storeAt(outDir), first.cell);
  await writeFile(path, '{"version":');
  const { stdout, stderr } = await cli(['check', 'compression', '--out', outDir]);
  expect(stderr).toContain(path);
  expect(stdout).toContain(second.cell);
  expect(await readFile(path, 'utf8')).toBe('{"version":');
});

it('names a record of version 1 with the remedy, and goes on with the others, without moving it', async () => {
  const outDir = await folderWith(cells);
  const path = recordPath(storeAt(outDir), first.cell);
  const text = JSON.stringify({ version: 1, cell: first.cell });
  await writeFile(path, text);
  const { exitCode, stdout, stderr } = await cli(['check', 'compression', '--out', outDir]);
  expect(stderr).toBe(
    `${path} is a record of version 1, and this program reads version 2: run its suite again, which keeps it aside, or read ` +
      'it with the program that wrote it.\n',
  );
  expect(stdout).toContain('1 cells: 1 no-baseline.');
  expect(exitCode).toBe(0);
  expect(await readFile(path, 'utf8')).toBe(text);
});

it('prints verdicts as JSON only', async () => {
  const { stdout } = await cli(['check', 'compression', '--out', await folderWith(cells), '--json']);
  expect((JSON.parse(stdout) as { verdict: string }[]).map(({ verdict }) => verdict)).toEqual([
    'no-baseline',
    'no-baseline',
  ]);
});

it('merges shards into a new folder with reports, and refuses one that has records', async () => {
  const [left, right] = [await folderWith([first]), await folderWith([second])];
  const out = join(await temporaryFolder(), 'merged');
  const { exitCode } = await cli(['merge', left, right, '--out', out]);
  expect(exitCode).toBe(0);
  expect((await readdir(join(out, 'records'))).sort()).toEqual([`${first.cell}.json`, `${second.cell}.json`].sort());
  expect(await readdir(out)).toEqual(expect.arrayContaining(['results.csv', 'report.md', 'report.html', 'junit.xml']));
  const again = await cli(['merge', left, '--out', right]);
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds records already') });
});

it('refuses shards that contradict and writes nothing', async () => {
  const [left, right] = [await folderWith([first]), await folderWith([first], { weights_digest: 'new' })];
  const out = join(await temporaryFolder(), 'merged');
  const { exitCode, stderr } = await cli(['merge', left, right, '--out', out]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(recordPath(storeAt(left), first.cell));
  expect(stderr).toContain(recordPath(storeAt(right), first.cell));
  await expect(readdir(out)).rejects.toThrow('ENOENT');
});

it('renders the reports again', async () => {
  const outDir = await folderWith(cells);
  const { exitCode, stdout } = await cli(['report', 'compression', '--out', outDir]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(outDir);
  const csv = await readFile(join(outDir, 'results.csv'), 'utf8');
  expect(csv.trimEnd().split('\n')).toHaveLength(cells.length + 1);
});

it('says which records the folder holds where they are of another profile', async () => {
  const outDir = await folderWith(cells);
  const { exitCode, stderr } = await cli(['report', 'compression', '--profile', 'nightly', '--out', outDir]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('it holds compression, profile smoke');
});
