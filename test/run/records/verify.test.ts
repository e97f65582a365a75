import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { recordSchema } from '../../../harness/record.ts';
import { cellOfRecord, compareReproduction, sampleRecords } from '../../../harness/run/records/verify.ts';
import { runVerify } from '../../../harness/run/run-verify.ts';
import { recordOf } from '../fixtures/record-of.mjs';
import { capture, fixtureCell, fixtureWorker, recordOfCell } from '../helpers.ts';

const stored = recordOfCell(fixtureCell('fine'));
const many = Array.from({ length: 8 }, (_, seed) => recordOfCell(fixtureCell('fine', { seed })));
const namesOf = (records: readonly { cell: string }[]) => records.map(({ cell }) => cell);

it('samples completed records without repetition, the same for a seed, others for another', () => {
  const failed = { ...many[0]!, status: 'failed' as const };
  const sample = sampleRecords([failed, ...many.slice(1)], 3, 0);
  expect(new Set(namesOf(sample)).size).toBe(3);
  expect(namesOf(sampleRecords([...many.slice(1).reverse(), failed], 3, 0))).toEqual(namesOf(sample));
  expect(namesOf(sampleRecords(many, 100, 0)).sort()).toEqual(namesOf(many).sort());
  const samples = [0, 1, 2, 3].map((seed) => namesOf(sampleRecords(many, 3, seed)).join());
  expect(new Set(samples).size).toBeGreaterThan(1);
});

it('makes the cell of a record again', () => {
  const cell = fixtureCell('fine', { timeLimitSeconds: 77 });
  expect(cellOfRecord(recordOfCell(cell, { seconds: 12 }), 77)).toEqual({ ...cell, estimatedSeconds: 12 });
});

it('calls equal weights in an equal environment reproduced', () => {
  expect(compareReproduction(stored, { ...stored, seconds: 99 }).result).toBe('reproduced');
});

it.each([
  ['differs', { weights_digest: 'other' }, 'other now'],
  ['differs', { value: 0.1 }, '0.1 now'],
  ['failed', { status: 'failed', error: 'it broke' }, 'it broke'],
  [
    'not-comparable',
    { fingerprint: { ...stored.fingerprint!, threads: 8 }, weights_digest: 'x' },
    'threads: 1 then, 8 now',
  ],
  ['not-comparable', { fingerprint: null }, 'no fingerprint'],
] as const)('says %s for %o', (result, change, reason) => {
  expect(compareReproduction(stored, { ...stored, ...change })).toEqual({
    cell: stored.cell,
    result,
    reason: expect.stringContaining(reason),
  });
});

it('executes stored cells again in a temporary folder that it removes', async () => {
  const before = await readdir(tmpdir());
  const { stream } = capture();
  const records = ['fine', 'differing', 'crash'].map((method) => recordSchema.parse(recordOf(fixtureCell(method))));
  const results = await runVerify({
    records,
    stream,
    dataFolders: {},
    device: 'cpu',
    jobs: 2,
    timeLimitSeconds: 20,
    killAfterMs: 100,
    workerPath: fixtureWorker,
    signal: new AbortController().signal,
  });
  expect(results.map(({ cell, result }) => `${cell} ${result}`)).toEqual([
    'fine.seed-0 reproduced',
    'differing.seed-0 differs',
    'crash.seed-0 failed',
  ]);
  const left = (await readdir(tmpdir())).filter(
    (name) => name.startsWith('factorbench-verify-') && !before.includes(name),
  );
  expect(left).toEqual([]);
});
