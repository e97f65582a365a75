import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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

it('exits with 1 where a record failed, and does not accept it', async () => {
  const outDir = await folderWith([first]);
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
  expect(stderr).toContain(
    `${path} is a record of version 1, and this program reads version 2: run its suite again, which keeps it aside, or read ` +
      'it with the program that wrote it.\n',
  );
  expect(stdout).toContain('2 cells: 1 no-baseline, 1 missing.');
  // A cell whose record cannot be read has not passed.
  expect(exitCode).toBe(1);
  expect(await readFile(path, 'utf8')).toBe(text);
});

it('prints verdicts as JSON only', async () => {
  const { stdout } = await cli(['check', 'compression', '--out', await folderWith(cells), '--json']);
  expect((JSON.parse(stdout) as { verdict: string }[]).map(({ verdict }) => verdict)).toEqual([
    'no-baseline',
    'no-baseline',
  ]);
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
