import { access, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { readRunFile } from '../../harness/run/records/run-file.ts';
import { readRecords, recordPath, storeAt, writeRecord } from '../../harness/run/records/store.ts';
import { dataDigests } from '../../harness/run/run-data.ts';
import { type RunSuiteOptions, runSuite } from '../../harness/run/run-suite.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { multi30kText, writeText } from '../data/text/text-files.ts';
import { chainCells } from '../helpers/chain-kind.ts';
import { waiting } from '../helpers/costs.ts';
import { standInNvidiaSmi } from '../helpers/nvidia-smi.ts';
import { gpuTables } from '../helpers/nvidia-smi-outputs.ts';
import { cellsOfMulti30k } from '../helpers/translation-cells.ts';
import { recordOf } from './fixtures/record-of.mjs';
import {
  capture,
  fixtureCell,
  fixtureRun,
  fixtureWorker,
  recordOfCell,
  type StandInCell,
  temporaryFolder,
} from './helpers.ts';

async function run(cells: readonly StandInCell[], overrides: Partial<RunSuiteOptions> = {}) {
  const outDir = overrides.outDir ?? (await temporaryFolder());
  const baselinesDir = await temporaryFolder();
  const { stream, text } = capture();
  const result = await runSuite({
    ...fixtureRun(cells),
    outDir,
    baselinesDir,
    stream,
    check: true,
    settings: { jobs: 2 },
    ...overrides,
  });
  return { ...result, outDir, store: storeAt(outDir), text };
}

const stateOf = async (outDir: string) => (await readRunFile(outDir))!;

it('that stops at its first failure writes the reports, names what did not run, and fails', async () => {
  const cells = [fixtureCell('told', { estimatedSeconds: 20 }), fixtureCell('fine')];
  const { exitCode, outDir, summary } = await run(cells, { failFast: true, jobs: 1 });
  expect(exitCode).toBe(1);
  const note = 'Stopped at the first failure (--fail-fast): 1 of 2 cells did not run: fine.seed-0';
  expect(await readFile(join(outDir, 'report.md'), 'utf8')).toContain(note);
  expect(summary).toContain(note);
  expect(await stateOf(outDir)).toMatchObject({ interrupted: false, exit_code: 1, failed: 1, completed: 0 });
});

it('refuses cells that do not fit in memory, where it is asked to, before one of them runs', async () => {
  const cells = [fixtureCell('fine', { cost: { ...waiting(1), memoryBytes: 2e9 } })];
  await expect(run(cells, { memoryBytes: 1e9 })).rejects.toThrow('fine.seed-0 is expected to take 1.9 GiB of memory');
  expect(await run(cells, { memoryBytes: null })).toMatchObject({ exitCode: 0 });
  const { outDir, exitCode } = await run(cells);
  expect(exitCode).toBe(0);
  // What is finished takes no memory.
  expect(await run(cells, { outDir, memoryBytes: 1e9 })).toMatchObject({ exitCode: 0 });
});

it('says how far its estimates were off, by the machine that they are of', async () => {
  const cells = [fixtureCell('fine', { cost: { ...waiting(1), memoryBytes: 1e9 } })];
  expect((await run(cells)).summary).toMatch(/\nEstimates of the reference machine, 1 cell: .*memory \d+ % off/);
  expect((await run(cells, { calibrated: true })).summary).toMatch(/\nEstimates, 1 cell: .*memory \d+ % off.*\)\.$/);
});

it('brings all cells to records, writes the reports and run.json, and passes', async () => {
  const cells = [fixtureCell('fine'), fixtureCell('fine', { seed: 1 })];
  const { exitCode, records, verdicts, outDir, text } = await run(cells);
  expect(exitCode).toBe(0);
  expect(records.map(({ cell }) => cell)).toEqual(['fine.seed-0', 'fine.seed-1']);
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['no-baseline', 'no-baseline']);
  expect((await readdir(outDir)).sort()).toEqual(
    ['junit.xml', 'records', 'report.html', 'report.md', 'results.csv', 'run.json'].sort(),
  );
  expect(await stateOf(outDir)).toMatchObject({
    suite: 'compression',
    profile: 'smoke',
    command_line: ['suite', 'compression'],
    options: { jobs: 2 },
    planned: 2,
    completed: 2,
    failed: 0,
    resumed: 0,
    interrupted: false,
    exit_code: 0,
    data: { source: 'generated', folder: null },
    finished_at: expect.stringMatching(/^\d{4}-/),
  });
  expect(text()).toContain('Data: generated.');
  // The report has it from the records, with the numbers of examples.
  expect(await readFile(join(outDir, 'report.md'), 'utf8')).not.toContain('Data: generated.');
  expect(text()).toMatch(/\[2\/2\] accuracy 50\.00 % {2}fine\.seed-\d {2}1 s$/m);
});

it('spreads cells over the GPUs, one to a worker, and notes what cannot be watched', async () => {
  await standInNvidiaSmi({
    '-L': '',
    'query-gpu': '0, GPU-a, A, 570.1, [N/A], [N/A]\n1, GPU-b, B, 570.1, [N/A], [N/A]\n',
  });
  const cells = [fixtureCell('gpu-place'), fixtureCell('gpu-place', { seed: 1 })];
  const { records, notes } = await run(cells, { device: 'gpu', check: false });
  expect(records.map(({ warnings }) => warnings[0]).sort()).toEqual(['GPU-a', 'GPU-b']);
  expect(notes).toContainEqual(expect.stringContaining('GPU memory is not watched'));
});

it.each(['/proc/factorbench/out', '/dev/null/out'])(
  'names an output folder that cannot be made: %s',
  async (outDir) => {
    const running = run([fixtureCell('fine')], { outDir });
    await expect(running).rejects.toThrow(UsageError);
    await expect(run([fixtureCell('fine')], { outDir })).rejects.toThrow(
      /^--out .* cannot be used \(\w+\): .*choose another folder with --out\.$/,
    );
  },
);

it('says so where run.json is a folder', async () => {
  const outDir = await temporaryFolder();
  await mkdir(join(outDir, 'run.json'));
  await expect(readRunFile(outDir)).rejects.toThrow(/run\.json cannot be read \(EISDIR\): it is a folder/);
  await expect(run([fixtureCell('fine')], { outDir })).rejects.toThrow(/run\.json cannot be written \(EISDIR\)/);
});

it('refuses a GPU that cannot be used before any worker starts', async () => {
  await standInNvidiaSmi({ 'query-gpu': gpuTables.old });
  const outDir = await temporaryFolder();
  await expect(run([fixtureCell('traced')], { device: 'gpu', outDir })).rejects.toThrow(/470\.223\.02 is too old/);
  await expect(access(join(outDir, 'trace'))).rejects.toThrow('ENOENT');
});

it('writes the reports and exits with 1 where a cell fails', async () => {
  const { exitCode, outDir } = await run([fixtureCell('crash'), fixtureCell('fine')], { check: false });
  expect(exitCode).toBe(1);
  expect(await readFile(join(outDir, 'results.csv'), 'utf8')).toMatch(/the worker broke/);
  expect(await stateOf(outDir)).toMatchObject({ completed: 1, failed: 1, exit_code: 1 });
});

it('asks for a baseline only where strict', async () => {
  expect((await run([fixtureCell('fine')], { strict: true })).exitCode).toBe(4);
});

it('skips completed and diverged cells on the next run, and runs failed ones again', async () => {
  const outDir = await temporaryFolder();
  const cells = ['traced', 'diverged', 'crash'].map((method) => fixtureCell(method));
  await run(cells, { outDir });
  const before = await readFile(recordPath(storeAt(outDir), 'traced.seed-0'), 'utf8');
  const mended = cells.map((cell) => ({ ...cell, behaviour: cell.config.method === 'crash' ? 'fine' : 'crash' }));
  const { exitCode, records, text } = await run(mended, { outDir });
  expect(records.map(({ status }) => status)).toEqual(['completed', 'diverged', 'completed']);
  expect(exitCode).toBe(0);
  expect(await readFile(recordPath(storeAt(outDir), 'traced.seed-0'), 'utf8')).toBe(before);
  expect(text()).toContain('1 of 3 cells to run');
  expect(text()).toContain('2 finished before are kept');
  expect(await stateOf(outDir)).toMatchObject({ resumed: 2, completed: 2, diverged: 1, failed: 0 });
});

it('runs a changed cell again and keeps its old record', async () => {
  const outDir = await temporaryFolder();
  await run([fixtureCell('fine')], { outDir });
  const [before, after] = [fixtureCell('fine'), fixtureCell('fine', {}, { budget: 0.2 })];
  const { records, store, text } = await run([after], { outDir });
  expect([records[0]?.id, after.id === before.id]).toEqual([after.id, false]);
  expect(await readdir(store.supersededDir)).toEqual([`fine.seed-0-${before.id}.json`]);
  expect(text()).toContain('fine.seed-0: its configuration has changed since its record');
});

it('runs everything again with fresh, and keeps the old records', async () => {
  const outDir = await temporaryFolder();
  const cells = [fixtureCell('traced'), fixtureCell('fine')];
  await run(cells, { outDir });
  const { store } = await run(cells, { outDir, fresh: true });
  expect((await readdir(store.supersededDir)).sort()).toEqual(cells.map(({ cell, id }) => `${cell}-${id}.json`).sort());
  expect((await readFile(join(outDir, 'trace'), 'utf8')).match(/start/g)).toHaveLength(2);
});

it('runs a cell again whose record is damaged, with a warning', async () => {
  const outDir = await temporaryFolder();
  await run([fixtureCell('fine')], { outDir });
  await truncate(recordPath(storeAt(outDir), 'fine.seed-0'), 40);
  const { records, store, text } = await run([fixtureCell('fine')], { outDir });
  expect(records[0]?.status).toBe('completed');
  expect(await readdir(store.recordsDir)).toContain('fine.seed-0.json.corrupt');
  expect(text()).toContain('renamed to fine.seed-0.json.corrupt');
});

it('leaves the records of cells that are not planned alone and out of the reports', async () => {
  const outDir = await temporaryFolder();
  await writeRecord(storeAt(outDir), recordOfCell(fixtureCell('other')));
  const { records, store, text } = await run([fixtureCell('fine')], { outDir });
  expect(records.map(({ cell }) => cell)).toEqual(['fine.seed-0']);
  expect((await readRecords(store, { quarantine: false })).records).toHaveLength(2);
  expect(text()).toContain('1 other records in the folder are not part of this run');
});

it('refuses a second run into the same folder, naming the first', async () => {
  const outDir = await temporaryFolder();
  const controller = new AbortController();
  const first = run([fixtureCell('hang')], { outDir, signal: controller.signal });
  await vi.waitUntil(() => readFile(join(outDir, 'trace'), 'utf8').catch(() => ''), 5000);
  const error = await run([fixtureCell('fine')], { outDir }).catch((thrown: unknown) => thrown);
  controller.abort();
  await first;
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toContain(`process ${process.pid} on ${hostname()}, started 20`);
  expect((await run([fixtureCell('fine')], { outDir })).exitCode).toBe(0);
});

it('keeps what is finished and writes the reports when interrupted, and goes on later', async () => {
  const outDir = await temporaryFolder();
  const controller = new AbortController();
  const cells = [fixtureCell('hang'), fixtureCell('fine', { estimatedSeconds: 20 })];
  const running = run(cells, { outDir, jobs: 1, signal: controller.signal });
  await vi.waitUntil(() => readFile(join(outDir, 'trace'), 'utf8').catch(() => ''), 5000);
  controller.abort();
  const { exitCode, records, notes } = await running;
  expect(exitCode).toBe(130);
  expect(records.map(({ cell }) => cell)).toEqual(['fine.seed-0']);
  expect(notes.at(-1)).toMatch(/Interrupted: 1 of 2 cells did not finish/);
  expect(await stateOf(outDir)).toMatchObject({ interrupted: true, exit_code: 130, completed: 1 });
  await access(join(outDir, 'report.html'));
  const later = await run([{ ...cells[0]!, behaviour: 'fine' }, cells[1]!], { outDir });
  expect(later).toMatchObject({ exitCode: 0, records: [{ cell: 'hang.seed-0' }, { cell: 'fine.seed-0' }] });
});

it('concludes an empty shard', async () => {
  expect(await run([], { plan: [fixtureCell('fine')] })).toMatchObject({ exitCode: 0, records: [] });
});

it('says which option to change where the output folder cannot be one', async () => {
  await expect(run([fixtureCell('fine')], { outDir: fixtureWorker })).rejects.toThrow(/--out .*worker\.mjs/);
});

it.each([
  ['another program', { program: 'another' }, /the program has changed/],
  ['another number of threads', { threads: 2 }, /the number of threads has changed/],
  ['another device', { device: 'gpu' as const }, /the device has changed/],
])('runs a finished cell again under %s, and keeps the old record aside', async (_what, change, message) => {
  const cells = [fixtureCell('fine')];
  const { outDir, store } = await run(cells);
  const again = await run(cells, { outDir, ...change });
  expect(again.text()).toMatch(message);
  expect(again.text()).toContain('1 of 1 cells to run');
  expect(await readdir(store.supersededDir)).toHaveLength(1);
});

it('runs a finished cell again where the files of its data have changed', async () => {
  const folder = await writeText(await temporaryFolder(), multi30kText);
  const cell = { ...cellsOfMulti30k()[0]!, behaviour: 'fine' };
  const options = { dataFolders: { multi30k: folder }, check: false };
  const { outDir, store } = await run([], options);
  const record = recordOf(cell);
  const data = (await dataDigests(options.dataFolders)(cell))!;
  await writeRecord(store, { ...record, fingerprint: { ...record.fingerprint, data } });
  expect((await run([cell], { ...options, outDir })).text()).toContain('0 of 1 cells to run');
  await writeFile(join(folder, 'train.en'), multi30kText['train.en']!.replace('dog', 'cat'));
  const again = await run([cell], { ...options, outDir });
  expect(again.text()).toContain('multi30k has changed since its record; it runs again');
  expect(again.text()).toContain('1 of 1 cells to run');
  expect(await readdir(store.supersededDir)).toHaveLength(1);
});

it('tells a damaged baseline before it runs a cell', async () => {
  const baselinesDir = await temporaryFolder();
  await writeFile(join(baselinesDir, 'compression.smoke.json'), '{');
  const onRecord = await temporaryFolder();
  await expect(run([fixtureCell('fine')], { baselinesDir, outDir: onRecord })).rejects.toThrow(
    /compression\.smoke\.json/,
  );
  expect(await readdir(join(onRecord, 'records'))).toEqual([]);
});

it('runs the cells of a method again whose file has changed, and says so', async () => {
  const cellOf = (digit: string) => fixtureCell('fine', { origin: '/my.js' }, { methodDigest: digit.repeat(64) });
  const { outDir, records } = await run([cellOf('a')]);
  expect(records[0]).toMatchObject({ origin: '/my.js', config: { methodDigest: 'a'.repeat(64) } });
  expect((await run([cellOf('a')], { outDir })).text()).toContain('0 of 1 cells to run');
  const again = await run([cellOf('b')], { outDir });
  expect(again.text()).toContain("fine.seed-0: its method's file has changed since its record");
  expect(again.text()).toContain('1 of 1 cells to run');
});

it('does not pass where something could not be planned, and says so in its notes', async () => {
  const { exitCode, notes } = await run([fixtureCell('fine')], { refusals: ['my.js: no method'], notes: ['a note'] });
  expect(exitCode).toBe(1);
  expect(notes).toEqual(expect.arrayContaining(['Not run: my.js: no method', 'a note']));
});

it('runs a cell again whose weights are missing and needed, and then the one that needs them', async () => {
  const [needed, reader, other] = chainCells([[], [0], [0]]) as [PlannedCell, PlannedCell, PlannedCell];
  const options = { suite: 'chains', check: false };
  const { outDir, store } = await run([needed, reader], options);
  expect(await readdir(store.weightsDir)).toEqual(['fine-0.seed-0.safetensors']);
  await rm(store.weightsDir, { recursive: true });
  const again = await run([needed, reader, other], { ...options, outDir });
  expect(again.text()).toContain('fine-0.seed-0: its weights, which other cells need, are not kept; it runs again.');
  expect(again.text()).toContain('2 of 3 cells to run');
  expect(again.records.map(({ cell, status }) => `${cell} ${status}`)).toEqual([
    'fine-0.seed-0 completed',
    'fine-1.seed-0 completed',
    'fine-2.seed-0 completed',
  ]);
  expect(await readdir(store.weightsDir)).toEqual(['fine-0.seed-0.safetensors']);
  // Nothing is left to run, so that nothing needs weights.
  await rm(store.weightsDir, { recursive: true });
  expect((await run([needed, reader, other], { ...options, outDir })).text()).toContain('0 of 3 cells to run');
});

it('keeps the weights of all cells where asked, of those too that had finished without', async () => {
  const cells = [fixtureCell('fine'), fixtureCell('fine', { seed: 1 })];
  const { outDir, store } = await run(cells.slice(0, 1));
  const again = await run(cells, { outDir, keepWeights: true });
  expect(again.text()).toContain(
    'fine.seed-0: its weights, which --keep-weights asks for, are not kept; it runs again.',
  );
  expect((await readdir(store.weightsDir)).sort()).toEqual(['fine.seed-0.safetensors', 'fine.seed-1.safetensors']);
  expect((await run(cells, { outDir, keepWeights: true })).text()).toContain('0 of 2 cells to run');
});

it('fails what needs a failed cell, says so in the reports, and exits with 1', async () => {
  const [needed, reader] = chainCells([[], [0]]) as [PlannedCell, PlannedCell];
  const broken = { ...needed, behaviour: 'crash' };
  const { exitCode, outDir } = await run([broken, reader], { suite: 'chains', check: false });
  expect(exitCode).toBe(1);
  expect(await stateOf(outDir)).toMatchObject({ completed: 0, failed: 2 });
  expect(await readFile(join(outDir, 'results.csv'), 'utf8')).toContain(
    'It needs fine-0.seed-0 as its link-0, which is failed.',
  );
  // Mended, both run.
  const mended = await run([needed, reader], { outDir, suite: 'chains', check: false });
  expect(mended.records.map(({ status }) => status)).toEqual(['completed', 'completed']);
});

describe('run.json', () => {
  const [a, b, c] = [fixtureCell('fine'), fixtureCell('traced'), fixtureCell('diverged')];

  it('names the cells of the run and of the whole plan, and what could not be planned', async () => {
    const { outDir } = await run([a], { plan: [a, b], refusals: ['my.js: no method'], check: false });
    expect(await stateOf(outDir)).toMatchObject({
      cells_of_plan: 2,
      planned: 1,
      plan_cells: { [a.cell]: a.id, [b.cell]: b.id },
      planned_cells: { [a.cell]: a.id },
      refusals: ['my.js: no method'],
    });
  });

  it('keeps naming what an earlier run into the folder was to bring to a record, also with fresh', async () => {
    const plan = [a, b, c];
    const { outDir } = await run([a, b], { plan, check: false });
    for (const fresh of [false, true]) {
      await run([c], { plan, outDir, fresh, check: false });
      expect((await stateOf(outDir)).planned_cells).toEqual({ [a.cell]: a.id, [b.cell]: b.id, [c.cell]: c.id });
    }
    await run([c], { plan: [b, c], outDir, check: false });
    expect((await stateOf(outDir)).planned_cells).toEqual({ [b.cell]: b.id, [c.cell]: c.id });
  });

  it('is written anew where it is damaged, and that is said', async () => {
    const outDir = await temporaryFolder();
    await writeFile(join(outDir, 'run.json'), '{');
    const { text } = await run([a], { outDir, check: false });
    expect(text()).toContain('run.json is damaged: it is written anew');
    expect(await stateOf(outDir)).toMatchObject({ exit_code: 0 });
  });
});

describe('the reports of an earlier run', () => {
  const reports = ['junit.xml', 'report.html', 'report.md', 'results.csv'];
  const reportsIn = async (outDir: string) => (await readdir(outDir)).filter((name) => reports.includes(name)).sort();

  it('are gone while a run goes on, and run.json says that it has not ended', async () => {
    const { outDir } = await run([fixtureCell('fine')], { check: false });
    expect(await reportsIn(outDir)).toEqual(reports);
    const controller = new AbortController();
    const running = run([fixtureCell('hang')], { outDir, signal: controller.signal, check: false, fresh: true });
    await vi.waitUntil(() => readFile(join(outDir, 'trace'), 'utf8').catch(() => ''), 5000);
    // What a kill would leave at this moment.
    expect(await reportsIn(outDir)).toEqual([]);
    expect(await stateOf(outDir)).toMatchObject({ finished_at: null, exit_code: null });
    controller.abort();
    const { summary, exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(summary).not.toContain('passed');
    expect(summary).toContain('without a record: hang.seed-0');
    expect(await reportsIn(outDir)).toEqual(reports);
    expect(await readFile(join(outDir, 'junit.xml'), 'utf8')).toContain('<error type="missing"');
  });

  it('are gone after bad input that a worker meets, and run.json says that it ended with 2', async () => {
    const { outDir } = await run([fixtureCell('fine')], { check: false });
    await expect(run([fixtureCell('bad-input')], { outDir, check: false })).rejects.toThrow(UsageError);
    expect(await reportsIn(outDir)).toEqual([]);
    expect(await stateOf(outDir)).toMatchObject({ finished_at: expect.any(String), exit_code: 2, interrupted: false });
  });

  it('are gone where the new ones cannot all be written, and run.json says that it did not end well', async () => {
    const { outDir } = await run([fixtureCell('fine')], { check: false });
    await rm(join(outDir, 'report.md'));
    await mkdir(join(outDir, 'report.md', 'full'), { recursive: true });
    await expect(run([fixtureCell('fine')], { outDir, check: false })).rejects.toThrow();
    expect(await stateOf(outDir)).not.toMatchObject({ exit_code: 0 });
  });

  it('stay where a run is refused before it begins', async () => {
    const { outDir } = await run([fixtureCell('fine')], { check: false });
    const baselinesDir = await temporaryFolder();
    await writeFile(join(baselinesDir, 'compression.smoke.json'), '{');
    await expect(run([fixtureCell('fine')], { outDir, baselinesDir })).rejects.toThrow(UsageError);
    expect(await reportsIn(outDir)).toEqual(reports);
    expect(await stateOf(outDir)).toMatchObject({ exit_code: 0 });
  });
});
