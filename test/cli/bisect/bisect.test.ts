import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { writeBaseline } from '../../../baselines/baseline-file.ts';
import type { CommitRunner } from '../../../harness/bisect/commit-runner.ts';
import {
  type BisectCommandOptions,
  type BisectPlace,
  bisectCommand,
} from '../../../harness/cli/bisect/bisect-command.ts';
import { knownCells, refuseUnknownCell } from '../../../harness/cli/bisect/known-cells.ts';
import { type Made, madeUpRepository } from '../../bisect/made-up-repository.ts';
import { capture, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, smokeCells } from '../helpers.ts';

let root: string;
let outDir: string;
let cache: string;
let commits: string[];

async function make(change: (at: number) => Made, number = 32): Promise<void> {
  commits = await madeUpRepository(
    root,
    Array.from({ length: number }, (_, at) => change(at)),
  );
}

beforeEach(async () => {
  [root, outDir, cache] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
});

/** The cell of the made-up commits, and one that this checkout alone has. */
const known = [
  { id: 'a0b1c2d3', cell: 'dense.seed-0' },
  { id: 'b0b1c2d3', cell: 'dens.seed-0' },
];

async function bisect(options: Partial<BisectCommandOptions> = {}, place: Partial<BisectPlace> = {}) {
  const [stdout, stderr] = [capture(), capture()];
  const env = { ...process.env, FACTORBENCH_CACHE: cache };
  const asked = { cell: 'dense.seed-0', good: commits[0]!, bad: 'main', profile: 'smoke', threads: 1, device: 'cpu' };
  const exitCode = await bisectCommand(
    'compression',
    { ...asked, out: outDir, ...options },
    { stdout: stdout.stream, stderr: stderr.stream, env },
    { root, known, ...place },
  );
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

const short = (at: number) => commits[at]!.slice(0, 12);

test('without training: the first commit that would compute something else, in words', async () => {
  await make((at) => ({
    momentum: at >= 20 ? 0.8 : 0.9,
    comment: `a remark on ${Math.floor(at / 2)}`,
    manual: `page ${at}`,
    ...(at === 15 ? { broken: 'set-up' as const } : {}),
  }));
  const { exitCode, stdout, stderr } = await bisect();
  expect(stdout).toContain('32 commits, of which 17 differ in their code.');
  expect(stdout).toContain(`By definition: the change came with:\n  ${short(20)} 2027-`);
  expect(stdout).toContain('change 20\n    train: a constant 0.9 is now 0.8, in 2 places');
  expect(exitCode).toBe(0);
  // The ends, and log2 15.
  expect(stderr.match(/: defined in /g)!.length).toBeLessThanOrEqual(6);
  expect(stderr).not.toContain('trained');
  // Nothing is left behind in git or in the cache.
  expect((await execa('git', ['worktree', 'list'], { cwd: root })).stdout.split('\n')).toHaveLength(1);
  expect(await readdir(join(cache, 'bisect'))).toEqual([]);
});

test('by exact weights, where definitions are equal: log2 N cells, and those of the ends', async () => {
  await make((at) => ({ bits: at >= 13 ? 'other' : 'same', comment: `remark ${at}` }));
  const { exitCode, stdout, stderr } = await bisect();
  expect(stdout).toContain('their definitions are equal');
  expect(stdout).toMatch(
    new RegExp(`By weights: the change came with:\\n  ${short(13)} .*change 13\\n    other weights`),
  );
  expect(exitCode).toBe(0);
  // Twice the good one and once the bad one; the commits between are one of these two programs.
  expect(stderr.match(/1 cells trained/g)).toHaveLength(3);
});

test('by fresh seeds, where the good commit does not repeat itself, with a probability', async () => {
  await make((at) => ({ mean: at >= 25 ? 46 : 50, repeats: false, comment: `remark ${at}` }));
  const { exitCode, stdout } = await bisect({ json: true });
  const { found, notes, positions } = JSON.parse(stdout);
  expect(notes).toContain('Not by weights: the good commit, trained twice here, gave different bits.');
  expect(positions).toBe(32);
  expect(found).toMatchObject({ by: 'seeds', suspects: [{ sha: commits[25] }] });
  expect(found.probability).toBeGreaterThan(0.95);
  expect(found.ends.seeds).toBeGreaterThanOrEqual(5);
  expect(found.differences[0]).toMatch(/^bleu 4\d(\.\d+)? instead of \d+/);
  expect(exitCode).toBe(0);
});

test('commits that cannot be asked make the answer a range, and are named with the reason', async () => {
  await make(
    (at) => ({
      momentum: at >= 4 ? 0.8 : 0.9,
      ...(at === 3 ? { broken: 'set-up' as const } : {}),
      ...(at === 2 ? { old: true } : {}),
      comment: `remark ${at}`,
    }),
    8,
  );
  const { stdout } = await bisect();
  expect(stdout).toContain('By definition: the change came with one of 3 commits:');
  for (const at of [2, 3, 4]) expect(stdout).toContain(`\n  ${short(at)} `);
  expect(stdout).toMatch(new RegExp(`Skipped: ${short(3)} .* its set-up failed: error TS1005`));
  expect(stdout).toMatch(new RegExp(`Skipped: ${short(2)} .* its check --definition tells no definitions`));
});

test('ends of one program, or of the same bits, are told to be no work of a commit', async () => {
  await make((at) => ({ comment: `remark ${at}` }), 4);
  expect(await bisect()).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/are one program/) });
  expect(await bisect({ by: 'definition', out: join(outDir, 'other') })).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/their definitions are equal/),
  });
});

test('it goes on where it stopped, and asks nothing twice', async () => {
  await make((at) => ({ bits: at >= 5 ? 'other' : 'same', comment: `remark ${at}` }), 9);
  const asked: string[] = [];
  const answers = (at: number) => `${at >= 5 ? 'other' : 'same'}`;
  let left = 4;
  let down = () => {
    throw new Error('the machine went down');
  };
  const count = (what: string) => {
    if (left-- === 0) down();
    asked.push(what);
  };
  const runnerOf = (): CommitRunner => ({
    async plan() {
      count('plan');
      return { answer: [{ id: 'a0b1c2d3', cell: 'dense.seed-0', kind: 'image' }] };
    },
    async define(sha) {
      count(`define ${sha}`);
      return { answer: { id: 'a0b1c2d3', program: sha, definition: null } };
    },
    async train(sha, cells, place) {
      count(`train ${sha} ${place}`);
      const weights = answers(commits.indexOf(sha));
      return {
        answer: cells.map((cell) => {
          return {
            id: 'a',
            cell,
            seed: 0,
            status: 'completed',
            metric: 'bleu',
            value: 1,
            loss: 1,
            data: '',
            weights,
            measures: '',
          };
        }),
      };
    },
  });
  await expect(bisect({}, { runnerOf })).rejects.toThrow('the machine went down');
  expect(JSON.parse(await readFile(join(outDir, 'bisect.json'), 'utf8')).cell.cell).toBe('dense.seed-0');
  left = 2;
  down = () => {
    process.emit('SIGINT');
    throw new Error('it was interrupted');
  };
  expect(await bisect({}, { runnerOf })).toMatchObject({ exitCode: 130, stdout: '' });
  left = Number.POSITIVE_INFINITY;
  expect((await bisect({}, { runnerOf })).stdout).toContain(`\n  ${short(5)} `);
  expect(new Set(asked).size).toBe(asked.length);
  const before = asked.length;
  expect((await bisect({}, { runnerOf })).stdout).toContain(`\n  ${short(5)} `);
  expect(asked).toHaveLength(before);
  await bisect({ fresh: true }, { runnerOf });
  expect(asked.length).toBeGreaterThan(before);
});

describe('what cannot be searched is refused with the remedy', () => {
  const refused = (options: Partial<BisectCommandOptions> = {}, place?: Partial<BisectPlace>) =>
    expect(bisect(options, place)).rejects;

  test('commits', async () => {
    await make((at) => ({ merges: at === 3, comment: `remark ${at}` }), 6);
    await refused({ good: 'nowhere' }).toThrow('--good nowhere: is no commit of this repository');
    await refused({ good: 'main', bad: commits[0]! }).toThrow('it is the other way around: exchange the two');
    await refused({ good: commits[5]! }).toThrow('is the same commit as --bad main');
    await execa('git', ['branch', 'side', commits[1]!], { cwd: root });
    const identity = ['-c', 'user.name=A', '-c', 'user.email=a@b.c'];
    const tree = ['commit-tree', `${commits[1]}^{tree}`, '-p', commits[1]!, '-m', 'side'];
    const { stdout: side } = await execa('git', [...identity, ...tree], { cwd: root });
    await refused({ good: side }).toThrow(`is no ancestor of --bad main; name one that is, such as ${short(1)}`);
    const merge = ['commit-tree', `${commits[5]}^{tree}`, '-p', commits[5]!, '-p', side, '-m', 'merge'];
    const { stdout: merged } = await execa('git', [...identity, ...merge], { cwd: root });
    await refused({ good: side, bad: merged }).toThrow('merges follow the first parent; name a commit of that line');
  });

  test('a dirty tree, a shallow clone, no repository', async () => {
    await make((at) => ({ comment: `remark ${at}` }), 4);
    const shallow = await temporaryFolder();
    await execa('git', ['clone', '--quiet', '--depth', '2', `file://${root}`, shallow]);
    await refused({}, { root: shallow }).toThrow('this clone is shallow');
    await writeFile(join(root, 'README.md'), 'edited');
    await refused().toThrow('tracked files differ from the commit; commit them');
    await refused({}, { root: cache }).toThrow('is no git repository');
    expect(existsSync(join(outDir, 'bisect.json'))).toBe(false);
  });

  test('cells, ends that cannot be asked, and another question’s folder', async () => {
    await make((at) => ({ mean: 50 - at, comment: `remark ${at}`, ...(at === 0 ? { broken: 'training' } : {}) }), 4);
    await refused({ cell: 'dens.seed-0' }).toThrow(
      '--cell dens.seed-0: the good commit plans no such cell: did you mean',
    );
    await refused({ cell: 'dense.seed-1234567890' }).toThrow('is of a night’s seed'.replace('’', "'"));
    await refused().toThrow('--good: the commit cannot be asked: dense.seed-0 failed: no such layer');
    await refused({ good: commits[1]! }).toThrow('holds a bisection with another good');
    expect((await bisect({ good: commits[1]!, fresh: true })).exitCode).toBe(0);
  });

  test('a cell that this checkout knows neither by its plan nor by its baseline, before anything is set up', async () => {
    // No commit is looked at: there is no repository.
    await refused({ good: 'A', cell: 'denso.seed-0' }).toThrow(
      '--cell denso.seed-0: neither the plan of this commit nor its baseline has such a cell: did you mean dense.seed-0? ' +
        'Known: dense.seed-0, dens.seed-0.',
    );
    await refused({ good: 'A', cell: 'a0b1' }).toThrow('neither the plan of this commit nor its baseline');
    await refused({ good: 'A', cell: 'dense.seed-1234567890' }).toThrow("is of a night's seed");
    expect(await readdir(outDir)).toEqual([]);
    // What the checkout has: plan, stored choices and baseline.
    const [planned] = smokeCells;
    const gone = {
      ...acceptRecords([recordOfCell(planned!)], null, { why: 'x' }).cells[0]!,
      id: 'gone',
      cell: 'gone.seed-0',
    };
    const baselinesDir = await temporaryFolder();
    const baseline = {
      version: 2 as const,
      suite: 'compression',
      profile: 'smoke' as const,
      history: [],
      cells: [gone],
    };
    await writeBaseline(baseline, baselinesDir);
    const near = planned!.cell.replace('dense', 'dens');
    const argv = ['bisect', 'compression', '--good', 'A', '--bad', 'HEAD', '--cell', near];
    const { exitCode, stderr } = await cli(argv, { baselinesDir });
    expect(stderr).toContain(`--cell ${near}: neither the plan of this commit nor its baseline has such a cell: did`);
    expect(exitCode).toBe(2);
    const stdout = capture().stream;
    const here = await knownCells('compression', 'smoke', { stdout, stderr: stdout, env: {}, baselinesDir });
    for (const cell of [planned!.cell, planned!.id, 'gone.seed-0', 'gone.seed-2']) refuseUnknownCell(cell, here);
  });

  test('words of the command line', async () => {
    const of = async (...argv: string[]) => (await cli(['bisect', 'compression', ...argv])).stderr;
    expect(await of('--good', 'A', '--bad', 'B')).toContain("required option '--cell <name>' not specified");
    expect(await of('--cell', 'c', '--good', 'A', '--bad', 'B', '--by', 'luck')).toContain(
      'definition, weights, seeds',
    );
  });
});
