import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRunFile, writeRunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt } from '../../../harness/run/records/store.ts';
import { fixtureRunFile } from '../../helpers/run-file.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { cli, folderWith, smokeCells } from '../helpers.ts';

type SmokeCell = (typeof smokeCells)[number];
const [first, second, third] = smokeCells as [SmokeCell, SmokeCell, SmokeCell];
const plan = [first, second];

/** The folders of two shards, and a place for what they come to. */
async function shards(of: readonly SmokeCell[] = plan) {
  return {
    left: await folderWith([first], {}, of),
    right: await folderWith([second], {}, of),
    out: join(await temporaryFolder(), 'merged'),
  };
}

const merge = (dirs: readonly string[], out: string) => cli(['merge', ...dirs, '--out', out]);

it('merges shards into a new folder with reports and run.json, and refuses one that has records', async () => {
  const { left, right, out } = await shards();
  expect((await merge([left, right], out)).exitCode).toBe(0);
  expect((await readdir(join(out, 'records'))).sort()).toEqual([`${first.cell}.json`, `${second.cell}.json`].sort());
  expect(await readdir(out)).toEqual(
    expect.arrayContaining(['results.csv', 'report.md', 'report.html', 'junit.xml', 'run.json']),
  );
  expect(await readRunFile(out)).toMatchObject({ planned: 2, completed: 2, interrupted: false, exit_code: 0 });
  expect((await cli(['check', 'compression', '--out', out])).exitCode).toBe(0);
  const again = await merge([left], right);
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds records already') });
  expect((await merge([left, right], out)).stderr).toContain('holds records already');
});

it('gives 1 where cells of the whole plan are missing, naming them, as check does of what it wrote', async () => {
  const { left, right, out } = await shards([first, second, third]);
  const merged = await merge([left, right], out);
  expect(merged.exitCode).toBe(1);
  expect(merged.stderr).toContain(third.cell);
  expect(merged.stdout).toContain(`1 of 3 planned cells have no record in them: ${third.cell}.`);
  expect(merged.stdout).not.toContain(': passed');
  expect(await readFile(join(out, 'junit.xml'), 'utf8')).toContain(`name="${third.cell}"`);
  expect(await readRunFile(out)).toMatchObject({ planned: 3, interrupted: true, exit_code: 1 });
  const checked = await cli(['check', 'compression', '--out', out]);
  expect(checked.stdout).toContain(`missing       ${third.cell}`);
  expect(checked.exitCode).toBe(1);
});

it('refuses what is not of one run, all of it at once, and writes nothing', async () => {
  const { left, out } = await shards();
  const right = await folderWith([first], { weights_digest: 'new', program: 'another' }, [first, third]);
  const { exitCode, stderr } = await merge([left, right], out);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(recordPath(storeAt(left), first.cell));
  expect(stderr).toContain(recordPath(storeAt(right), first.cell));
  expect(stderr).toContain('weights_digest');
  expect(stderr).toContain('program is not the same everywhere');
  expect(stderr).toContain(`only the second has ${third.cell}`);
  expect(stderr).not.toMatch(/\n\s+at /);
  await expect(readdir(out)).rejects.toThrow('ENOENT');
});

describe('refuses before anything is written', () => {
  it.each<[string, (left: string) => Promise<string>, RegExp]>([
    ['is a source', async (left) => left, /--out .*: is /],
    ['lies in a source', async (left) => join(left, 'a', 'b'), /--out .*: lies in /],
    ['holds a source', async (left) => join(left, '..'), /--out .*: holds /],
    [
      'lies in a source behind a link',
      async (left) => {
        const link = join(await temporaryFolder(), 'link');
        await symlink(left, link);
        return join(link, 'merged');
      },
      /--out .*: lies in /,
    ],
  ])('an output folder that %s', async (_, outOf, message) => {
    const { left, right } = await shards();
    const parent = await temporaryFolder();
    const source = join(parent, 'source');
    await cp(left, source, { recursive: true });
    const before = await readdir(source, { recursive: true });
    const { exitCode, stderr } = await merge([right, source], await outOf(source));
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
    expect(await readdir(source, { recursive: true })).toEqual(before);
    expect(await readdir(parent)).toEqual(['source']);
  });

  it('a source that is given twice, also by a link', async () => {
    const { left, out } = await shards();
    const link = join(await temporaryFolder(), 'link');
    await symlink(left, link);
    for (const twin of [left, `${left}/`, link]) {
      const { exitCode, stderr } = await merge([left, twin], out);
      expect(stderr).toContain('are the same folder; name each once');
      expect(exitCode).toBe(2);
    }
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  it('sources that are absent, empty, damaged or without run.json, all by name', async () => {
    const { left, right, out } = await shards();
    const [parent, other] = [await temporaryFolder(), await folderWith([first], {}, plan)];
    await mkdir(join(parent, 'empty'));
    await rm(join(right, 'run.json'));
    await truncate(recordPath(storeAt(other), first.cell), 40);
    const { exitCode, stderr } = await merge([left, join(parent, 'absent'), join(parent, 'empty'), right, other], out);
    expect(stderr).toContain(`${join(parent, 'absent')} is no folder, or holds no records`);
    expect(stderr).toContain(`${join(parent, 'empty')} is no folder, or holds no records`);
    expect(stderr).toContain(`${right} has no run.json`);
    expect(stderr).toContain(`${recordPath(storeAt(other), first.cell)} holds no valid record`);
    expect(exitCode).toBe(2);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  it('a damaged baseline', async () => {
    const { left, right, out } = await shards();
    const baselinesDir = await temporaryFolder();
    await writeFile(join(baselinesDir, 'compression.smoke.json'), '{');
    expect((await cli(['merge', left, right, '--out', out], { baselinesDir })).exitCode).toBe(2);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });
});

it('that fails half-way leaves nothing that looks finished', async () => {
  const { left, right, out } = await shards();
  // Where a report is to be written lies a folder.
  await mkdir(join(out, 'report.md', 'full'), { recursive: true });
  expect((await merge([left, right], out)).exitCode).not.toBe(0);
  expect(await readRunFile(out)).toMatchObject({ finished_at: null, exit_code: null });
  expect((await cli(['check', 'compression', '--out', out])).exitCode).toBe(1);
});

it('leaves out, and names, records of cells that the plan does not hold', async () => {
  const { left, right, out } = await shards();
  await cp(recordPath(storeAt(await folderWith([third])), third.cell), recordPath(storeAt(right), third.cell));
  const { exitCode, stdout } = await merge([left, right], out);
  expect(stdout).toContain(`1 records of cells that the plan does not hold are left out: ${third.cell}.`);
  expect(await readdir(join(out, 'records'))).not.toContain(`${third.cell}.json`);
  expect(exitCode).toBe(0);
});

/** Two shards of a plan of three cells that were given `--only`. */
async function narrowedShards(left: string[], right: string[]) {
  const folders = await shards([first, second, third]);
  for (const [dir, only, cell] of [
    [folders.left, left, first],
    [folders.right, right, second],
  ] as const) {
    const planned = { planned: 1, planned_cells: { [cell.cell]: cell.id }, completed: 1 };
    await writeRunFile(dir, fixtureRunFile([first, second, third], { ...planned, options: { only } }));
  }
  return folders;
}

describe('of shards that were all made with the same --only', () => {
  const both = [first.cell, second.cell];

  it('gives 0 where all that it keeps is there, and so does check of what it wrote', async () => {
    const { left, right, out } = await narrowedShards(both, both.toReversed());
    const merged = await merge([left, right], out);
    expect(merged.stderr).toBe('');
    expect(merged.exitCode).toBe(0);
    expect(await readRunFile(out)).toMatchObject({
      planned: 2,
      cells_of_plan: 3,
      interrupted: false,
      options: { only: both.toSorted() },
    });
    expect((await cli(['check', 'compression', '--out', out])).exitCode).toBe(0);
    const again = await cli(['merge', out, '--out', join(await temporaryFolder(), 'again')]);
    expect(again.exitCode).toBe(0);
  });

  it('gives 1 where a cell of it is missing, naming that one alone', async () => {
    const { left, right, out } = await narrowedShards(['*'], ['*']);
    expect((await merge([left, right], out)).stderr).toContain(third.cell);
    const some = await narrowedShards(both, both);
    await rm(some.right, { recursive: true });
    const alone = await merge([some.left], some.out);
    expect(alone.exitCode).toBe(1);
    expect([...both, third.cell].filter((cell) => alone.stderr.includes(cell))).toEqual([second.cell]);
  });

  it('counts the whole plan where they were given others, or one none', async () => {
    for (const [one, other] of [
      [[first.cell], [second.cell]],
      [both, []],
    ] as const) {
      const { left, right, out } = await narrowedShards([...one], [...other]);
      const { exitCode, stderr } = await merge([left, right], out);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(third.cell);
    }
  });
});

it('carries over what a shard could not plan', async () => {
  const { left, right, out } = await shards();
  await writeRunFile(left, fixtureRunFile(plan, { refusals: ['my.js: no method'] }));
  const { exitCode, stdout } = await merge([left, right], out);
  expect(stdout).toContain('Not planned: my.js: no method');
  expect(exitCode).toBe(1);
  expect((await cli(['check', 'compression', '--out', out])).exitCode).toBe(1);
});
