import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { planCells } from '../../../harness/plan/plan.ts';
import { type CellRecord, type CompletedRecord, recordSchema } from '../../../harness/record.ts';
import { storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { cellOfRecord, compareReproduction, sampleRecords } from '../../../harness/run/records/verify.ts';
import { runVerify, type VerifyRunOptions } from '../../../harness/run/run-verify.ts';
import { chainCells, chainSuite } from '../../helpers/chain-kind.ts';
import { waiting } from '../../helpers/costs.ts';
import type { RecordOverrides } from '../../helpers/records.ts';
import { recordOf } from '../fixtures/record-of.mjs';
import { capture, failureOfCell, fixtureCell, fixturePool, recordOfCell, temporaryFolder } from '../helpers.ts';

function completed(record: CellRecord): CompletedRecord {
  if (record.status !== 'completed') throw new Error('a completed record is expected');
  return record;
}

const cell = fixtureCell('fine');
const stored = completed(recordOfCell(cell));
const again = (change: RecordOverrides) => recordOfCell(cell, change);
const many = Array.from({ length: 8 }, (_, seed) => recordOfCell(fixtureCell('fine', { seed })));
const namesOf = (records: readonly { cell: string }[]) => records.map(({ cell }) => cell);

it('samples completed records without repetition, the same for a seed, others for another', () => {
  const failed = failureOfCell(fixtureCell('fine'), 'it broke');
  const sample = sampleRecords([failed, ...many.slice(1)], 3, 0);
  expect(new Set(namesOf(sample)).size).toBe(3);
  expect(namesOf(sampleRecords([...many.slice(1).reverse(), failed], 3, 0))).toEqual(namesOf(sample));
  expect(namesOf(sampleRecords(many, 100, 0)).sort()).toEqual(namesOf(many).sort());
  const samples = [0, 1, 2, 3].map((seed) => namesOf(sampleRecords(many, 3, seed)).join());
  expect(new Set(samples).size).toBeGreaterThan(1);
});

it('makes the cell of a record again', () => {
  const cell = fixtureCell('fine', { timeLimitSeconds: 77 });
  const record = completed(recordOfCell(cell, { seconds: 12 }));
  const costOf = (seconds: number, of: CompletedRecord) => ({ ...waiting(seconds), memoryBytes: of.rss_peak_bytes! });
  const known = { parameters: record.parameters, cost: costOf(12, record), estimatedSeconds: 12 };
  expect(cellOfRecord(record, 77)).toEqual({ ...cell, ...known });
  const [, reader] = chainCells([[], [0]]);
  const read = completed(recordOf(reader!));
  const expected = { ...reader!, parameters: 100, cost: costOf(1, read), estimatedSeconds: 1, timeLimitSeconds: 77 };
  expect(cellOfRecord(read, 77)).toEqual(expected);
});

it('calls equal results in an equal environment reproduced, naming the weights where there are some', () => {
  expect(compareReproduction(stored, again({ seconds: 99 }))).toMatchObject({
    result: 'reproduced',
    reason: `weights ${stored.weights_digest!.slice(0, 16)}, bit for bit`,
  });
  const without = { weights_digest: null };
  expect(compareReproduction(completed(again(without)), again({ ...without, seconds: 99 }))).toMatchObject({
    result: 'reproduced',
    reason: 'every measure, bit for bit',
  });
});

it.each([
  ['differs', again({ weights_digest: 'other' }), 'other now'],
  ['differs', again({ value: 0.1 }), 'accuracy 0.55 then, 0.1 now'],
  ['failed', failureOfCell(cell, 'it broke'), 'it broke'],
  [
    'not-comparable',
    again({ fingerprint: { ...stored.fingerprint, threads: 8 }, weights_digest: 'x' }),
    'threads: 1 then, 8 now',
  ],
  [
    'not-comparable',
    again({ fingerprint: { ...stored.fingerprint, needs: 'abc' }, value: 0.1 }),
    'needs: undefined then, abc now',
  ],
] as const)('says %s of a cell executed again: %#', (result, record, reason) => {
  expect(compareReproduction(stored, record)).toEqual({
    cell: stored.cell,
    result,
    reason: expect.stringContaining(reason),
  });
});

function verified(options: Pick<VerifyRunOptions, 'records'> & Partial<VerifyRunOptions>) {
  return runVerify({
    ...fixturePool(),
    outDir: '/nowhere',
    needed: [],
    stream: capture().stream,
    timeLimitSeconds: 20,
    ...options,
  });
}

it('executes stored cells again in a temporary folder that it removes', async () => {
  const before = await readdir(tmpdir());
  const records = ['fine', 'differing', 'crash'].map((method) =>
    completed(recordSchema.parse(recordOf(fixtureCell(method)))),
  );
  const results = await verified({ records });
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

it('asks for the results alone: no definition, no speed, no launch', async () => {
  vi.stubEnv('FIXTURE_RESULT_ONLY', 'asked');
  onTestFinished(() => void vi.unstubAllEnvs());
  const records = [completed(recordSchema.parse(recordOf(fixtureCell('fine'))))];
  expect(await verified({ records })).toMatchObject([{ result: 'reproduced' }]);
});

describe('a cell that reads from another', () => {
  const [first, second] = chainCells([[], [0]]);
  const needed = completed(recordOf(first!, { value: 0.7 }));
  const reader = completed(recordOf(second!, { needed_digests: [needed.result_digest] }));

  it('is executed again from what the stored folder holds, without executing the other', async () => {
    const outDir = await temporaryFolder();
    for (const record of [needed, reader]) await writeRecord(storeAt(outDir), record);
    const before = await readdir(outDir, { recursive: true });
    // The worker fails where no folder that it is told holds the needed record.
    expect(await verified({ records: [reader], outDir, needed: [needed] })).toMatchObject([
      { cell: 'fine-1.seed-0', result: 'reproduced' },
    ]);
    expect(await readdir(outDir, { recursive: true })).toEqual(before);
  });

  it('fails with a sentence where the stored folder does not hold the other', async () => {
    expect(await verified({ records: [reader] })).toEqual([
      {
        cell: 'fine-1.seed-0',
        result: 'failed',
        reason: 'It needs fine-0.seed-0 as its link-0, which is not there.',
      },
    ]);
  });

  it.each([
    ['before', [needed, reader]],
    ['after', [reader, needed]],
  ])('reads from the stored folder also where the other is executed again %s it', async (_, records) => {
    const outDir = await temporaryFolder();
    for (const record of records) await writeRecord(storeAt(outDir), record);
    const results = await verified({ records, outDir, needed: [needed], jobs: 1 });
    // Executed again, the needed cell gives another result than the stored one.
    expect(results.map(({ cell, result }) => `${cell} ${result}`).sort()).toEqual([
      'fine-0.seed-0 differs',
      'fine-1.seed-0 reproduced',
    ]);
  });

  it('is executed again also where the other then fails', async () => {
    const outDir = await temporaryFolder();
    const cells = planCells(chainSuite([[], [0]], { method: 'crash' }), 'smoke', { present: [] });
    const records = cells.map((one) => completed(recordOf(one)));
    for (const record of records) await writeRecord(storeAt(outDir), record);
    const results = await verified({ records, outDir, needed: records.slice(0, 1), jobs: 1 });
    expect(results.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('the worker broke'),
      expect.stringContaining('the worker broke'),
    ]);
  });
});
