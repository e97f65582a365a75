import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeReport } from '../../reports/write-report.ts';
import { emptyRun } from '../helpers/markdown.ts';
import { failedRecord, fixtureRecord, fixtureVerdict } from '../helpers/records.ts';
import { fixtureRun } from '../helpers/run.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'reports-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('writes the four reports into a new folder and nothing else', async () => {
  const outDir = path.join(dir, 'new', 'out');
  const { files } = await writeReport({ ...emptyRun, outDir, records: [fixtureRecord()] });
  const names = ['results.csv', 'report.md', 'junit.xml', 'report.html'];
  expect(files).toEqual(names.map((name) => path.join(outDir, name)));
  expect((await readdir(outDir)).sort()).toEqual([...names].sort());
  expect(await readFile(path.join(outDir, 'report.md'), 'utf8')).toContain('# Compression');
});

it('replaces older reports', async () => {
  await writeReport({ ...emptyRun, outDir: dir, records: [fixtureRecord()] });
  await writeReport({ ...emptyRun, outDir: dir, title: 'Another', records: [fixtureRecord()] });
  expect(await readFile(path.join(dir, 'report.md'), 'utf8')).toContain('# Another');
});

it('writes all four when every cell failed', async () => {
  const { files, summary } = await writeReport({
    ...emptyRun,
    outDir: dir,
    records: [failedRecord('boom')],
    missing: ['a'],
  });
  expect(files).toHaveLength(4);
  expect(summary).toContain('2 cells planned, 1 with a record: 0 completed, 0 diverged, 1 failed.');
});

it('summarizes coverage, verdicts, the best arm of each budget, and where the report is', async () => {
  const records = fixtureRun(3);
  const verdicts = records.map((record) => fixtureVerdict(record, 'pass'));
  const { summary } = await writeReport({ ...emptyRun, outDir: dir, records, verdicts });
  const lines = summary.split('\n');
  expect(lines[0]).toBe('compression, smoke: 42 cells planned, 42 with a record: 42 completed, 0 diverged, 0 failed.');
  expect(lines[1]).toBe('Check against the baseline: passed. 42 pass.');
  expect(lines[2]).toMatch(
    /^Highest mean accuracy, resnet-20 on generated, dense: \d+\.\d\d % ± \d+\.\d\d \(dense, .*; 3 seeds; (established|1 of 1 other cannot be told from it)\)$/,
  );
  expect(lines[3]).toContain('budget 0.1: ');
  expect(lines[3]).toMatch(/spectral, frobenius-decay; 3 seeds; established\)$/);
  expect(lines[4]).toContain('budget 0.05: ');
  expect(lines[5]).toContain(path.join(dir, 'report.html'));
});

it('spells out the worst verdicts, a line each, and counts the rest', async () => {
  const records = Array.from({ length: 7 }, (_, seed) => fixtureRecord({}, { seed }));
  const verdicts = records.map((record) =>
    fixtureVerdict(record, 'regressed', { reason: `seed ${record.seed}\nworse` }),
  );
  const { summary } = await writeReport({ ...emptyRun, outDir: dir, records, verdicts });
  expect(summary).toContain('  regressed: seed 4 worse\n  ... and 2 more in the report\n');
  expect(summary).not.toContain('seed 5');
});
