import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { locateMethods } from '../../../harness/cli/records/locate-methods.ts';
import { loadMethodFile } from '../../../harness/method-file.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import type { CellRecord } from '../../../harness/record.ts';
import { storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { compression } from '../../../suites/compression.ts';
import { altered, bottleneck, methodFile, steepest } from '../../helpers/method-files.ts';
import { asCommitted } from '../../helpers/run-file.ts';
import { recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, smokeCells } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);

interface Row {
  cell: string;
  id: string;
  method: string;
  budget: number;
  ratio: number;
}

async function planned(...argv: string[]): Promise<Row[]> {
  const { exitCode, stdout } = await cli(['plan', 'compression', '--json', '--seeds', '1', ...argv]);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Row[];
}

const armsIn = (rows: readonly Row[], method: string) =>
  rows.filter((row) => row.method === method).map(({ cell }) => cell.split('.resnet')[0]!);

describe('the plan', () => {
  it('adds the arms of methods from files behind the suite’s own, whose ids stay', async () => {
    const [layer, sparse] = [await methodFile(bottleneck), await methodFile(steepest)];
    const rows = await planned('--method', layer, '--method', sparse);
    expect(armsIn(rows, 'bottleneck')).toEqual([
      'bottleneck-0.25.default.none',
      'bottleneck-0.25.default.weight-decay',
    ]);
    expect(armsIn(rows, 'steepest')).toEqual(['steepest-0.25.default.weight-decay']);
    const own = smokeCells.filter(({ seed }) => seed === 0);
    expect(rows.slice(0, own.length).map(({ id }) => id)).toEqual(own.map(({ id }) => id));
    expect(rows).toHaveLength(own.length + 3);
    expect(rows.at(-1)).toMatchObject({ method: 'steepest', budget: 0.25 });
    expect(rows.at(-1)!.ratio).toBeCloseTo(0.25, 4);
  });

  it('gives a layer method every init and regularizer of the low-rank arms, where it does not say which it knows', async () => {
    const text = altered(altered(bottleneck, "inits: ['default'],", ''), "regularizers: ['none', 'weight-decay'],", '');
    const rows = await planned('--method', await methodFile(text));
    // The last arm is of an initialization that stands alone.
    const like = armsIn(rows, 'low-rank')
      .slice(0, 6)
      .map((arm) => arm.replace('low-rank', 'bottleneck'));
    expect(armsIn(rows, 'bottleneck')).toEqual(like);
    expect(like).toHaveLength(6);
  });

  it('gives each experiment’s budgets', async () => {
    const rows = await planned('--method', await methodFile(bottleneck), '--profile', 'nightly');
    expect(new Set(rows.filter(({ method }) => method === 'bottleneck').map(({ budget }) => budget))).toEqual(
      new Set([0.25]),
    );
  });

  it('changes the ids of a method’s cells with its file, wherever that lies', async () => {
    const [path, copy] = [await methodFile(steepest), await methodFile(steepest)];
    const [before] = await planned('--method', path, '--only', 'steepest*');
    expect(await planned('--method', copy, '--only', 'steepest*')).toEqual([before]);
    await writeFile(path, `${steepest} `);
    const [after] = await planned('--method', path, '--only', 'steepest*');
    expect(after).toMatchObject({ cell: before!.cell, ratio: before!.ratio });
    expect(after!.id).not.toBe(before!.id);
  });

  it('joins a method of the registry by its name, and leaves one that the suite names as it is', async () => {
    const rows = await planned('--method', 'magnitude', '--method', 'snip');
    expect(armsIn(rows, 'magnitude')).toEqual(['magnitude-0.25.default.weight-decay']);
    expect(rows).toHaveLength(smokeCells.filter(({ seed }) => seed === 0).length + 1);
  });

  it('is listed with the cells of the method', async () => {
    const { stdout } = await cli(['suite', 'compression', '--list', '--method', await methodFile(steepest)]);
    expect(stdout).toMatch(new RegExp(`^compression +smoke +${smokeCells.length + 1} +cells`, 'm'));
  });
});

const tooSmall = altered(steepest, 'phases:', 'fewestKept: () => 10000, phases:');
const coarse = altered(
  bottleneck,
  'Math.max(1, Math.round(scale * outChannels))',
  'Math.max(12, Math.round(scale * outChannels))',
);
const shallow = altered(bottleneck, 'Math.max(1, Math.round(scale * outChannels))', '1');
const falling = altered(bottleneck, 'Math.max(1, Math.round(scale * outChannels))', '(scale < 0.5 ? 9 : 8)');

describe('a method that cannot join', () => {
  it.each([
    ['is not there', null, /absent\.js: cannot be read \(ENOENT/],
    ['has a syntax error', 'export default {', /my-method\.js: is no ES module: Unexpected end of input, line 1/],
    ['ends the process', 'process.exit(0);', /my-method\.js: ends the process \(exit code 0\)/],
    ['exports no method', 'export const other = 1;', /my-method\.js: exports no method; write export const method/],
    [
      'has a known name',
      altered(steepest, "'steepest'", "'set'"),
      /my-method\.js: name: 'set' is a method of Factorbench/,
    ],
    [
      'needs more weights than the budget',
      tooSmall,
      /my-method\.js: method steepest: budget 0\.25 leaves 4805 of the 19218 .*keeps 10000 weights at least; the nearest budget that it reaches is 0\.533355/,
    ],
    [
      'keeps more at rank 1 than the budget',
      coarse,
      /my-method\.js: method bottleneck: budget 0\.25 is below what resnet-8-w8 keeps at rank 1; the nearest budget that it reaches is 0\.\d+$/m,
    ],
    [
      'keeps less at its full rank',
      shallow,
      /my-method\.js: method bottleneck: budget 0\.25 is above what resnet-8-w8 keeps at rank scale 1; the nearest budget that it reaches is 0\.\d+$/m,
    ],
    [
      'has parameters that fall',
      falling,
      /my-method\.js: method bottleneck: its parameters fall from rank scale 0\.4 to 0\.5/,
    ],
    [
      'counts no number',
      altered(bottleneck, 'Math.max(1, Math.round(scale * outChannels))', 'undefined'),
      /my-method\.js: parameters\(stage1\.block1\.1\.conv, 0\): expected a whole number/,
    ],
  ])('because it %s is named on stderr, and the other cells go on', async (_, text, message) => {
    const file = text === null ? join(await temporaryFolder(), 'absent.js') : await methodFile(text);
    const { exitCode, stdout, stderr } = await cli(['plan', 'compression', '--json', '--method', file]);
    const rows = JSON.parse(stdout) as Row[];
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(rows.map(({ id }) => id)).toEqual(smokeCells.map(({ id }) => id));
    expect(exitCode).toBe(2);
  });

  it('ends the command with 2 where nothing else is left to run', async () => {
    const [absent, small] = [join(await temporaryFolder(), 'absent.js'), await methodFile(tooSmall)];
    const none = await cli(['suite', 'compression', '--method', absent, '--only', 'mine-*']);
    expect(none).toMatchObject({ exitCode: 2, stdout: '' });
    expect(none.stderr).toContain(`${absent}: cannot be read`);
    const refused = await cli(['suite', 'compression', '--method', small, '--only', 'steepest-*']);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('the nearest budget that it reaches is 0.533355');
  });

  it.each([
    [
      'an unknown name',
      ['--method', 'magnitud'],
      /^--method magnitud: there is no such method \(.*\.mjs\): did you mean magnitude\? Known: dense,/,
    ],
    ['a blank', ['--method', ' '], /--method '': the path is empty/],
  ])('is refused for %s', async (_, argv, message) => {
    const { exitCode, stderr } = await cli(['plan', 'compression', ...argv]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it('is refused where another file has its name', async () => {
    const [one, two] = [await methodFile(steepest), await methodFile(steepest)];
    const { exitCode, stderr } = await cli(['plan', 'compression', '--method', one, '--method', two]);
    expect(stderr).toContain(`--method ${two}: its name 'steepest' is also that of ${one}`);
    expect(exitCode).toBe(2);
  });
});

describe('a run', () => {
  const only = ['--only', 'steepest*seed-0', '--only', 'dense.default.none.*seed-0', '--jobs', '1'];

  async function run(file: string, out: string, ...argv: string[]) {
    const result = await cli(['suite', 'compression', '--method', file, '--out', out, ...only, ...argv]);
    return { ...result, report: await readFile(join(out, 'report.md'), 'utf8') };
  }

  it('records where a method came from, tells it in the report, checks and accepts the other cells', async () => {
    const [file, out, baselinesDir] = [await methodFile(steepest), await temporaryFolder(), await temporaryFolder()];
    const { exitCode, report } = await run(file, out);
    expect(exitCode).toBe(0);
    expect(report).toContain(`Method steepest is from ${file}`);
    const name = (await readdir(join(out, 'records'))).find((entry) => entry.startsWith('steepest'))!;
    const record = JSON.parse(await readFile(join(out, 'records', name), 'utf8')) as CellRecord;
    expect(record).toMatchObject({ origin: file, config: { methodDigest: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    await asCommitted(out);
    const accepted = await cli(['accept', 'compression', '--out', out, '--why', 'first'], { baselinesDir });
    expect(accepted.stdout).toContain('1 records of methods from files are left out');
    const checked = await cli(['check', 'compression', '--out', out], { baselinesDir });
    expect(checked.stderr).toMatch(/^Not judged, as neither the profile nor the baseline holds them: steepest/m);
    expect(checked.stdout).toContain('1 cells: 1 reproduced');
    expect(checked.exitCode).toBe(0);
    const none = await cli(['accept', 'compression', '--out', out, '--only', 'steepest*', '--why', 'x'], {
      baselinesDir,
    });
    expect(none).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('all records are of methods from files'),
    });
  });

  it('with a file that cannot be used runs the other cells, and exits with 1', async () => {
    const [file, out] = [await methodFile('export const other = 1;'), await temporaryFolder()];
    const { exitCode, stdout, stderr, report } = await run(file, out);
    expect(stderr).toContain(`--method ${file}: exports no method`);
    expect(stdout).toMatch(/^\[1\/1\] accuracy \S+ % {2}dense\.default\.none/m);
    expect(report).toContain('Not run: --method');
    expect(exitCode).toBe(1);
    expect(JSON.parse(await readFile(join(out, 'run.json'), 'utf8'))).toMatchObject({ exit_code: 1, completed: 1 });
  });
});

describe('the files of stored records', () => {
  async function stored(): Promise<{ file: string; record: CellRecord }> {
    const file = await methodFile(steepest);
    const cells = planCells(compression, 'smoke', { present: [], methods: [await loadMethodFile(file)] });
    return { file, record: recordOfCell(cells.at(-1)!) };
  }

  it('are found where --method says, by their content, and nowhere else', async () => {
    const { file, record } = await stored();
    const moved = join(dirname(file), 'moved.js');
    await rename(file, moved);
    const other = await methodFile(bottleneck);
    expect(await locateMethods([record], [other, moved])).toEqual([{ ...record, origin: moved }]);
    const plain = recordOfCell(smokeCells[0]!);
    expect(await locateMethods([plain], [other])).toEqual([plain]);
    await expect(locateMethods([record], [other, `${file}.absent`])).rejects.toThrow(
      /another content .*my-method\.js\.absent: expected a \.js .*name it: --method .*my-method\.js/,
    );
  });

  it('are not run unless --method names them, which is said with the remedy', async () => {
    const { file, record } = await stored();
    const ran = `${file}.ran`;
    const trap = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(ran)}, '');\n${steepest}`;
    await writeFile(file, trap);
    const config = { ...record.config, methodDigest: createHash('sha256').update(trap).digest('hex') };
    const out = await temporaryFolder();
    await writeRecord(storeAt(out), { ...record, config, id: idOf(config) } as CellRecord);
    const { exitCode, stderr } = await cli(['verify', 'compression', '--out', out]);
    expect(stderr).toMatch(/^steepest.*: its method steepest is from .*my-method\.js .*import and run/);
    expect(stderr).toContain(`If you trust the file, name it: --method ${file}`);
    expect(exitCode).toBe(2);
    expect(existsSync(ran)).toBe(false);
  });
});
