import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { openGate } from '../../../baselines/gate.ts';
import { historyPath, writeHistory } from '../../../baselines/history/history-file.ts';
import { nightOfRun } from '../../../harness/cli/run/night-option.ts';
import { freshSeeds } from '../../../harness/night.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { checkAgainstBaseline } from '../../../harness/run/conclude.ts';
import { runDescription } from '../../../harness/run/describe-run.ts';
import { readRunFile, writeRunFile } from '../../../harness/run/records/run-file.ts';
import { storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { compression } from '../../../suites/compression.ts';
import { historyCell } from '../../baselines/history/fixtures.ts';
import { fixtureRunFile } from '../../helpers/run-file.ts';
import { capture, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, smokeCells } from '../helpers.ts';

const night = '2026-12-01';
const run = { suite: 'compression', profile: 'smoke' } as const;

async function ioWith(baselinesDir?: string) {
  const dir = baselinesDir ?? (await temporaryFolder());
  return { stdout: capture().stream, stderr: capture().stream, env: {}, baselinesDir: dir };
}

describe('the night of a run', () => {
  test('is that of the folder where none is asked for, unless it begins anew', async () => {
    const outDir = await temporaryFolder();
    const io = await ioWith();
    expect(await nightOfRun({ ...run, outDir }, {}, io)).toBeUndefined();
    expect(await nightOfRun({ ...run, outDir }, { night }, io)).toBe(night);
    await writeRunFile(outDir, fixtureRunFile(smokeCells, { night }));
    expect(await nightOfRun({ ...run, outDir }, {}, io)).toBe(night);
    expect(await nightOfRun({ ...run, outDir }, { night }, io)).toBe(night);
    expect(await nightOfRun({ ...run, outDir }, { fresh: true }, io)).toBeUndefined();
    expect(await nightOfRun({ ...run, outDir }, { fresh: true, night: '2026-12-02' }, io)).toBe('2026-12-02');
    expect(await nightOfRun({ ...run, suite: 'tensors', outDir }, {}, io)).toBeUndefined();
    const other = nightOfRun({ ...run, outDir }, { night: '2026-12-02' }, io);
    await expect(other).rejects.toThrow(/holds the night 2026-12-01, not 2026-12-02: .*--fresh.*--out/);
    await expect(nightOfRun({ ...run, outDir }, { seeds: 2 }, io)).rejects.toThrow(/2026-12-01, not --seeds 2/);
  });

  test('is refused where the history holds it', async () => {
    const io = await ioWith();
    const outDir = await temporaryFolder();
    const history = { suite: 'compression', profile: 'smoke' as const, entries: [historyCell({ night })] };
    await writeHistory(historyPath('compression', 'smoke', io.baselinesDir), history);
    await expect(nightOfRun({ ...run, outDir }, { night }, io)).rejects.toThrow(
      /--night 2026-12-01: the history .* holds/,
    );
    expect(await nightOfRun({ ...run, outDir }, { night: '2026-12-02' }, io)).toBe('2026-12-02');
    const elsewhere = join(outDir, 'h.jsonl');
    expect(await nightOfRun({ ...run, outDir }, { night, history: elsewhere }, io)).toBe(night);
    await writeHistory(elsewhere, history);
    await expect(nightOfRun({ ...run, outDir }, { night, history: elsewhere }, io)).rejects.toThrow(/h\.jsonl holds/);
  });

  test('stands in run.json', async () => {
    const facts = { ...run, plan: [], cells: [], dataFolders: {}, commandLine: ['suite'], settings: {} };
    const versions = { factorbench: '1', commit: null, node: 'v20' };
    const outDir = await temporaryFolder();
    const describeRun = runDescription({ ...facts, versions, night }, null);
    await writeRunFile(outDir, describeRun({ state: 'running', resumed: 0, records: [] }));
    expect((await readRunFile(outDir))?.night).toBe(night);
    const plain = runDescription({ ...facts, versions }, null)({ state: 'running', resumed: 0, records: [] });
    expect(plain).not.toHaveProperty('night');
  });
});

test('fresh seeds are not looked up in the baseline', async () => {
  const cells = planCells(compression, 'smoke', { present: [], night, only: ['dense*'] });
  const records = cells.map((cell) => recordOfCell(cell));
  const settings = { ...run, gate: openGate, margin: 0.02, baselinesDir: await temporaryFolder() };
  const { verdicts } = await checkAgainstBaseline(records, { ...settings, night });
  const fixed = records.filter(({ seed }) => seed === 0).map(({ id }) => id);
  expect(verdicts.map(({ id }) => id)).toEqual(fixed);
  expect((await checkAgainstBaseline(records, settings)).verdicts).toHaveLength(3 * fixed.length);
});

test('fresh seeds are not accepted: the next night has others', async () => {
  const cells = planCells(compression, 'smoke', { present: [], night, only: ['dense.default.none*'] });
  const out = await temporaryFolder();
  await writeRunFile(out, fixtureRunFile(cells, { night }));
  for (const cell of cells) await writeRecord(storeAt(out), recordOfCell(cell));
  const baselinesDir = await temporaryFolder();
  const { exitCode, stdout } = await cli(['accept', 'compression', '--out', out, '--why', 'x'], { baselinesDir });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("2 records of the night's fresh seeds are left out: they belong to its history.");
  expect((await readBaseline('compression', 'smoke', baselinesDir))?.cells.map(({ seed }) => seed)).toEqual([0]);
});

describe('--night', () => {
  test('plans the seeds of the date', async () => {
    const args = ['plan', 'compression', '--only', 'dense*', '--night', night, '--json'];
    const rows = JSON.parse((await cli(args)).stdout) as { seed: number }[];
    expect(new Set(rows.map(({ seed }) => seed))).toEqual(new Set([0, ...freshSeeds('compression', 'smoke', night)]));
  });

  test.each([
    ['2026-02-30', /--night 2026-02-30: expected a date of the calendar as YYYY-MM-DD/],
    ['1.12.2026', /--night 1\.12\.2026: expected a date/],
  ])('%s is refused', async (date, message) => {
    const { exitCode, stderr } = await cli(['suite', 'compression', '--night', date]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('is refused with --seeds, and one history for several suites', async () => {
    const both = await cli(['suite', 'compression', '--night', night, '--seeds', '2']);
    expect([both.exitCode, both.stderr]).toEqual([2, expect.stringMatching(/--night[\s\S]*cannot be used with/)]);
    const several = await cli(['suite', 'compression', 'tensors', '--history', 'h.jsonl']);
    expect([several.exitCode, several.stderr]).toEqual([
      2,
      expect.stringMatching(/--history: is the file of one suite/),
    ]);
  });
});
