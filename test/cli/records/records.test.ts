import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBaseline, writeBaseline } from '../../../baselines/baseline-file.ts';
import { seedless } from '../../../harness/cell-name.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { writeRunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { compression } from '../../../suites/compression.ts';
import { fixtureRunFile } from '../../helpers/run-file.ts';
import { failureOfCell, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
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
  // What every lane sees comes first, and what a check can find last.
  expect(again.stdout).toMatch(/^weights +irreproducible +\S+: the same program in the same environment gave weights/);
  expect(again.stdout).toMatch(/The baseline before was last accepted on \d{4}-\d\d-\d\d, 0 days ago, at commit abc\./);
  expect(again.stdout.trimEnd()).toMatch(
    /accepted at least\.\nSpeed: this profile times no launches; counts of operations decide\.$/,
  );
});

it('drops, and names, the seeds of another level that were not run again', async () => {
  const baselinesDir = await temporaryFolder();
  const seeds = planCells(compression, 'smoke', { present: [], seeds: 2, only: [`${seedless(first.cell)}.*`] });
  const accept = async (out: string) =>
    (await cli(['accept', 'compression', '--out', out, '--why', 'x'], { baselinesDir })).stdout;
  await accept(await folderWith(seeds));
  const again = await accept(await folderWith([first], { weights_digest: 'new', program: 'later' }));
  expect(again).toContain(
    `\ndropped   ${seeds[1]!.cell}: not run again, and its arm has other bits now\n0 unchanged.\n`,
  );
  expect((await readBaseline('compression', 'smoke', baselinesDir))!.cells.map(({ seed }) => seed)).toEqual([0]);
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

it('exits with 4 without a baseline only where strict', async () => {
  const outDir = await folderWith(cells);
  expect((await cli(['check', 'compression', '--out', outDir])).exitCode).toBe(0);
  expect((await cli(['check', 'compression', '--out', outDir, '--strict'])).exitCode).toBe(4);
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

describe('an entry that the profile plans no more', () => {
  /** The stored baseline with an entry more, whose arm no plan has. */
  async function baselinesWithGone() {
    const [outDir, baselinesDir] = [await folderWith(cells), await temporaryFolder()];
    await cli(['accept', 'compression', '--out', outDir, '--why', 'first'], { baselinesDir });
    const baseline = (await readBaseline('compression', 'smoke', baselinesDir))!;
    const gone = { ...baseline.cells[0]!, id: 'gone', cell: 'gone.seed-0' };
    await writeBaseline({ ...baseline, cells: [...baseline.cells, gone] }, baselinesDir);
    return { outDir, baselinesDir };
  }

  it('is removed, which fails where strict, unless --only asks for others', async () => {
    const { outDir, baselinesDir } = await baselinesWithGone();
    const check = (...argv: string[]) =>
      cli(['check', 'compression', '--out', outDir, '--strict', ...argv], { baselinesDir });
    const all = await check();
    expect(all).toMatchObject({ exitCode: 4 });
    expect(all.stdout).toMatch(/^removed +gone\.seed-0: the baseline holds it, the plan no more/m);
    expect((await check('--only', first.cell)).exitCode).toBe(0);
    expect((await check('--only', 'gone*')).exitCode).toBe(4);
  });

  it('is dropped by accept, alone too', async () => {
    const { outDir, baselinesDir } = await baselinesWithGone();
    const accept = (...argv: string[]) =>
      cli(['accept', 'compression', '--out', outDir, '--why', 'no more', ...argv], { baselinesDir });
    expect((await accept('--only', first.cell)).stdout).toContain('Nothing to change');
    const dropped = await accept('--only', 'gone*');
    expect(dropped.stdout).toContain('removed   gone.seed-0');
    expect((await readBaseline('compression', 'smoke', baselinesDir))!.cells).toHaveLength(2);
  });
});

it('accepts --drifted cells only, and refuses where none did', async () => {
  const baselinesDir = await temporaryFolder();
  await cli(['accept', 'compression', '--out', await folderWith(cells), '--why', 'first'], { baselinesDir });
  const accept = (out: string) =>
    cli(['accept', 'compression', '--out', out, '--why', 'other bits', '--drifted'], { baselinesDir });
  const none = await accept(await folderWith(cells));
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no cell has drifted') });
  const mixed = await folderWith(cells);
  await writeRecord(storeAt(mixed), recordOfCell(first, { weights_digest: 'new', program: 'new', value: 0.56 }));
  const drifted = await accept(mixed);
  expect(drifted.stdout).toMatch(/^weights +drift +/m);
  expect(drifted.stdout).toContain(`replaced  ${first.cell}: value 0.55 -> 0.56`);
  expect(drifted.stdout).toContain('1 unchanged.');
});

it('refuses to accept a run of files that no commit holds', async () => {
  const outDir = await folderWith(cells);
  const versions = { ...fixtureRunFile(cells).versions, dirty: true };
  await writeRunFile(outDir, fixtureRunFile(cells, { versions }));
  const { exitCode, stderr } = await cli(['accept', 'compression', '--out', outDir, '--why', 'x']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('was run with files that differ from their commit');
});
