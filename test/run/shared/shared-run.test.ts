import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeFileAtomically } from '../../../harness/atomic-file.ts';
import { UsageError } from '../../../harness/errors.ts';
import type { CellRecord, FinishedRecord } from '../../../harness/record.ts';
import { keptWeights } from '../../../harness/run/records/needed.ts';
import { checkpointPath, readRecord, readRecords, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { type RunSuiteOptions, runSuite } from '../../../harness/run/run-suite.ts';
import { parseBucketAddress } from '../../../harness/run/shared/bucket/bucket-address.ts';
import { bucketStore } from '../../../harness/run/shared/bucket/bucket-store.ts';
import { folderStore } from '../../../harness/run/shared/folder-store.ts';
import { newestOnly } from '../../../harness/run/shared/newest-only.ts';
import type { SharedStore } from '../../../harness/run/shared/shared-store.ts';
import { tensorFileOf } from '../../../harness/tensor-file.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import { recordOf } from '../fixtures/record-of.mjs';
import {
  capture,
  failureOfCell,
  fixtureCell,
  fixtureRun,
  recordOfCell,
  type StandInCell,
  temporaryFolder,
} from '../helpers.ts';
import { launchMoto, type MotoServer, noMoto } from './moto-process.ts';

/** A run on a machine of its own: its output folder is its alone, unless it is given. */
async function run(shared: SharedStore, cells: readonly StandInCell[], overrides: Partial<RunSuiteOptions> = {}) {
  const outDir = overrides.outDir ?? (await temporaryFolder());
  const { stream, text } = capture();
  const result = await runSuite({
    ...fixtureRun(cells),
    outDir,
    sharedStore: { shown: shared.shown, open: async () => ({ ...shared, close: async () => {} }) },
    stream,
    ...overrides,
  });
  return { ...result, outDir, store: storeAt(outDir), text: text() };
}

/** The names of the cells that a machine computed, each as often as it did. */
async function computedIn(outDir: string): Promise<string[]> {
  const trace = await readFile(join(outDir, 'trace'), 'utf8').catch(() => '');
  return [...trace.matchAll(/^start (\S+)/gm)].map(([, cell]) => cell ?? '').sort();
}

const recordIn = async (
  shared: SharedStore,
  { cell }: { cell: string },
  folder = 'records',
): Promise<CellRecord | null> => {
  const bytes = await shared.get(`${folder}/${cell}.json`, 1e6);
  return bytes === null ? null : JSON.parse(bytes.toString());
};

const checkpointName = ({ cell, id }: StandInCell) => `checkpoints/${cell}-${id}/${cell}.ckpt`;

/** A checkpoint with so many points, and none of its variables' values. */
function checkpointOf({ id }: { id: string }, points: number, variables: object[] = []): Buffer {
  const curve = Array.from({ length: points }, (_, i) => ({ at: i + 1, seconds: 1, values: {} }));
  return tensorFileOf({ version: 3, id, computation: {}, curve, variables }, []);
}

const asideIn = async (shared: SharedStore) => (await shared.list('records/superseded')).sort();

const digestsOf = (records: readonly CellRecord[]) =>
  new Map(records.map((record) => [record.cell, (record as FinishedRecord).result_digest]));

const seeds = (count: number, behaviour = 'traced') =>
  Array.from({ length: count }, (_, seed) => fixtureCell(behaviour, { seed }));

const places: [string, (() => Promise<SharedStore>) | null][] = [
  ['a folder', async () => folderStore(await temporaryFolder())],
];
let server: MotoServer | null = null;
if (noMoto === null) {
  beforeAll(async () => {
    server = await launchMoto();
    await server.createBucket('results');
  });
  afterAll(() => server?.stop());
  places.push([
    'a bucket',
    () => bucketStore(parseBucketAddress(`s3://results/${randomUUID()}`, { ...server?.env }), {}),
  ]);
} else places.push([`a bucket (skipped: ${noMoto})`, null]);

describe.each(places)('machines that share %s', (_name, open) => {
  it.skipIf(open === null)('compute each cell of a plan once, whoever begins', async () => {
    const shared = await open!();
    const cells = seeds(5);
    const first = await run(shared, cells.slice(0, 3));
    const second = await run(shared, cells);
    const third = await run(shared, cells, { outDir: first.outDir });
    expect(await computedIn(first.outDir)).toEqual(['traced.seed-0', 'traced.seed-1', 'traced.seed-2']);
    expect(await computedIn(second.outDir)).toEqual(['traced.seed-3', 'traced.seed-4']);
    expect([first, second, third].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(second.text).toContain('2 of 5 cells to run');
    expect(third.text).toContain('0 of 5 cells to run');
    expect(digestsOf(third.records)).toEqual(digestsOf(second.records));
    for (const { store } of [second, third]) {
      expect((await readRecords(store, { quarantine: false })).records).toEqual(
        await Promise.all(cells.map((cell) => recordIn(shared, cell))),
      );
    }
    expect((await shared.list('records')).sort()).toEqual(cells.map(({ cell }) => `${cell}.json`));
    expect(await asideIn(shared)).toEqual([]);
  });

  it.skipIf(open === null)('go on with a cell that another one left, from its checkpoint', async () => {
    const shared = await open!();
    const cell = fixtureCell('checkpoints');
    const leaving = new AbortController();
    const name = checkpointName(cell);
    const left = run(shared, [{ ...cell, behaviour: 'checkpoints-and-hangs' }], { signal: leaving.signal });
    await vi.waitFor(async () => expect((await shared.get(name, 1e6))?.toString()).toContain('"at":2'), 20_000);
    leaving.abort();
    expect(await left).toMatchObject({ exitCode: 130, records: [] });
    const { records } = await run(shared, [cell]);
    expect(records).toMatchObject([{ status: 'completed', warnings: ['went on after 2 points'] }]);
    expect(await recordIn(shared, cell)).toEqual(records[0]);
    expect(await shared.get(name, 1e6)).toBeNull();
  });

  it.skipIf(open === null)('go on with a cell whose worker was killed elsewhere', async () => {
    const shared = await open!();
    const cell = fixtureCell('checkpoints');
    const first = await run(shared, [{ ...cell, behaviour: 'checkpoints-and-dies' }]);
    expect(first.records).toMatchObject([{ status: 'failed' }]);
    expect(await recordIn(shared, cell, 'failures')).toEqual(first.records[0]);
    const second = await run(shared, [cell]);
    expect(second.records).toMatchObject([{ status: 'completed', warnings: ['went on after 2 points'] }]);
    expect(await shared.list('failures')).toEqual([]);
    expect(await recordIn(shared, cell)).toEqual(second.records[0]);
    expect(await asideIn(shared)).toEqual([]);
  });

  it.skipIf(open === null)('give each other the weights that cells read', async () => {
    const shared = await open!();
    const [zero, one, two] = chainCells([[], [0], [0, 1]]) as [StandInCell, StandInCell, StandInCell];
    const behaving = [zero, one, two].map((cell) => ({ ...cell, behaviour: 'traced' }));
    const first = await run(shared, behaving.slice(0, 2));
    const second = await run(shared, behaving);
    expect(await computedIn(second.outDir)).toEqual([two.cell]);
    expect(second.text).toContain('1 of 3 cells to run');
    expect(await readdir(second.store.recordsDir)).not.toContain('superseded');
    expect(second.records.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    for (const cell of [zero, one]) {
      const record = (await readRecord(second.store, cell)) as FinishedRecord;
      expect(await keptWeights(second.store, record)).not.toBeNull();
    }
    expect(digestsOf(second.records).get(one.cell)).toBe(digestsOf(first.records).get(one.cell));
    // What nothing reads any more is not fetched.
    const third = await run(shared, behaving);
    expect(await computedIn(third.outDir)).toEqual([]);
    expect(await keptWeights(third.store, third.records[0] as FinishedRecord)).toBeNull();
  });
});

describe('a shared run', () => {
  const newStore = async () => folderStore(await temporaryFolder());

  it('computes again what another program or configuration left, and puts that aside', async () => {
    const shared = await newStore();
    const cell = fixtureCell('traced');
    await run(shared, [cell]);
    const other = { ...recordOfCell(cell), program: 'older' };
    await shared.put(`records/${cell.cell}.json`, Buffer.from(JSON.stringify(other)));
    const second = await run(shared, [cell]);
    expect(await computedIn(second.outDir)).toEqual([cell.cell]);
    expect(await recordIn(shared, cell)).toMatchObject({ program: 'fixture' });
    const [aside, ...more] = await asideIn(shared);
    expect(more).toEqual([]);
    expect(JSON.parse(String(await shared.get(`records/superseded/${aside}`, 1e6)))).toEqual(other);
  });

  it('puts all of its cells aside with --fresh, and no other', async () => {
    const shared = await newStore();
    const [one, two] = [fixtureCell('traced'), fixtureCell('traced', { seed: 1 })];
    await run(shared, [one, two]);
    await shared.put(checkpointName(one), checkpointOf(one, 3));
    const { outDir } = await run(shared, [one], { fresh: true });
    expect(await computedIn(outDir)).toEqual([one.cell]);
    expect(await asideIn(shared)).toHaveLength(1);
    expect(await shared.get(checkpointName(one), 1e6)).toBeNull();
    expect((await shared.list('records')).sort()).toEqual([`${one.cell}.json`, `${two.cell}.json`]);
  });

  it('copies what a machine had finished without it', async () => {
    const shared = await newStore();
    const cells = seeds(2);
    const alone = await run(shared, cells, { sharedStore: undefined });
    expect(await shared.list('records')).toEqual([]);
    await run(shared, cells, { outDir: alone.outDir });
    expect(await computedIn(alone.outDir)).toHaveLength(2);
    expect(await Promise.all(cells.map((cell) => recordIn(shared, cell)))).toEqual(alone.records);
  });

  it('keeps the result that was there first, and puts the other one aside on both sides', async () => {
    const shared = await newStore();
    const cell = fixtureCell('fine');
    const mine = await run(shared, [{ ...cell, behaviour: 'better' }], { sharedStore: undefined });
    const first = await run(shared, [cell]);
    const second = await run(shared, [cell], { outDir: mine.outDir });
    expect(second.records).toEqual(first.records);
    expect(await readRecord(second.store, cell)).toEqual(first.records[0]);
    expect(await recordIn(shared, cell)).toEqual(first.records[0]);
    const aside = join(second.store.supersededDir, `${cell.cell}-${cell.id}.json`);
    expect(JSON.parse(await readFile(aside, 'utf8'))).toEqual(mine.records[0]);
  });

  it('gives way to another machine that finished the same cell meanwhile with another result', async () => {
    const shared = await newStore();
    const cell = fixtureCell('fine');
    const theirs = recordOfCell(cell, { value: 0.9, program: 'fixture' });
    const racing: SharedStore = {
      ...shared,
      async create(name, bytes) {
        if (name === `records/${cell.cell}.json`) await shared.create(name, Buffer.from(JSON.stringify(theirs)));
        return shared.create(name, bytes);
      },
    };
    const { records, store, text } = await run(racing, [cell]);
    expect(records).toEqual([theirs]);
    expect(await readRecord(store, cell)).toEqual(theirs);
    expect(await recordIn(shared, cell)).toEqual(theirs);
    expect(await asideIn(shared)).toHaveLength(1);
    expect(text).toContain(`${cell.cell}: another machine has finished it with another result, which stays`);
  });

  it('takes what another machine finishes after it began', async () => {
    const shared = await newStore();
    const [one, two] = [fixtureCell('traced'), fixtureCell('traced', { seed: 1 })];
    const theirs = recordOfCell(two, { program: 'fixture' });
    const late: SharedStore = {
      ...shared,
      async create(name, bytes) {
        await shared.put(`records/${two.cell}.json`, Buffer.from(JSON.stringify(theirs)));
        return shared.create(name, bytes);
      },
    };
    const { outDir, records } = await run(late, [{ ...one, estimatedSeconds: 50 }, two], { jobs: 1 });
    expect(await computedIn(outDir)).toEqual([one.cell]);
    expect(records[1]).toEqual(theirs);
  });

  it('computes again what read another result of a cell than this machine has', async () => {
    const shared = await newStore();
    const [zero, one] = chainCells([[], [0]]) as [StandInCell, StandInCell];
    const theirs = recordOf(one, { needed_digests: ['0123456789abcdef'] });
    await shared.put(`records/${one.cell}.json`, Buffer.from(JSON.stringify(theirs)));
    const { records, outDir } = await run(
      shared,
      [zero, one].map((cell) => ({ ...cell, behaviour: 'traced' })),
    );
    expect(await computedIn(outDir)).toEqual([zero.cell, one.cell]);
    expect(await recordIn(shared, one)).toEqual(records[1]);
    expect(records[1]).toMatchObject({ needed_digests: [(records[0] as FinishedRecord).result_digest] });
    const [aside] = await asideIn(shared);
    expect(JSON.parse(String(await shared.get(`records/superseded/${aside}`, 1e6)))).toEqual(theirs);
  });

  it.each([
    ['no JSON', '{"id": ', /is no record \(no JSON/],
    ['no record', '{"version": 2, "cell": "traced.seed-0"}', /is no record \(/],
    [
      'the record of another cell',
      JSON.stringify(recordOfCell(fixtureCell('other'))),
      /it is the record of other\.seed-0/,
    ],
    ['a record of a later version', '{"version": 99}', /is a record of version 99/],
    ['what acts on a terminal', '\u001b]0;title\u0007{', /is no record \(no JSON/],
  ])('runs a cell again whose object is %s, which is kept', async (_what, content, warning) => {
    const shared = await newStore();
    const cell = fixtureCell('traced');
    await shared.put(`records/${cell.cell}.json`, Buffer.from(content));
    const { notes, outDir, exitCode } = await run(shared, [cell]);
    expect(exitCode).toBe(0);
    expect(await computedIn(outDir)).toEqual([cell.cell]);
    expect(notes.join('\n')).toMatch(warning);
    expect(notes.join('\n')).not.toContain('\u001b');
    const [aside] = await asideIn(shared);
    expect(String(await shared.get(`records/superseded/${aside}`, 1e6))).toBe(content);
  });

  it('runs a cell again whose object is larger than any record', async () => {
    const shared = await newStore();
    const cell = fixtureCell('traced');
    await shared.put(`records/${cell.cell}.json`, Buffer.alloc(64e6 + 1));
    const { notes, outDir } = await run(shared, [cell]);
    expect(await computedIn(outDir)).toEqual([cell.cell]);
    expect(notes.join('\n')).toContain('is no record (it has more than 64 MB)');
    expect(await recordIn(shared, cell)).toMatchObject({ status: 'completed' });
  });

  it.each([
    ['its own checkpoint', 3, 1, 3],
    ['the checkpoint of another machine', 1, 3, 3],
  ])('goes on from %s where that is the newer one', async (_what, own, theirs, expected) => {
    const shared = await newStore();
    const cell = fixtureCell('checkpoints');
    const store = storeAt(await temporaryFolder());
    await writeFileAtomically(checkpointPath(store, cell), checkpointOf(cell, own));
    await shared.put(checkpointName(cell), checkpointOf(cell, theirs));
    const { records } = await run(shared, [cell], { outDir: store.outDir });
    expect(records).toMatchObject([{ warnings: [`went on after ${expected} points`] }]);
  });

  it.each([
    ['no checkpoint at all', (_: StandInCell) => Buffer.alloc(100)],
    ['that of another configuration', (_: StandInCell) => checkpointOf({ id: 'other' }, 3)],
    ['one whose values are cut', ({ id }: StandInCell) => checkpointOf({ id }, 3, [{ name: 'w', shape: [2, 2] }])],
  ])('leaves what is %s, and says so', async (_what, bytesOf) => {
    const shared = await newStore();
    const cell = fixtureCell('checkpoints');
    await shared.put(checkpointName(cell), bytesOf(cell));
    const { records, text } = await run(shared, [cell]);
    expect(records).toMatchObject([{ warnings: ['went on after 0 points'] }]);
    expect(text).toContain(`is no checkpoint of ${cell.cell}; it is left.`);
  });

  it('copies failures, which a later success replaces', async () => {
    const shared = await newStore();
    const cell = fixtureCell('told');
    await run(shared, [cell], { retry: 1 });
    expect(await shared.list('records')).toEqual([]);
    expect(await recordIn(shared, cell, 'failures')).toMatchObject({
      status: 'failed',
      warnings: ['Attempt 1 failed, this is attempt 2: no luck with told.seed-0'],
    });
    await run(shared, [{ ...cell, behaviour: 'fine' }]);
    expect(await recordIn(shared, cell)).toMatchObject({ status: 'completed' });
    expect([...(await shared.list('failures')), ...(await asideIn(shared))]).toEqual([]);
  });

  it('never replaces what others have finished by a failure', async () => {
    const shared = await newStore();
    const cell = fixtureCell('fine');
    const theirs = recordOfCell(cell, { program: 'fixture' });
    let looks = 0;
    const racing: SharedStore = {
      ...shared,
      async get(name, most) {
        if (name === `records/${cell.cell}.json` && ++looks === 2)
          await shared.put(name, Buffer.from(JSON.stringify(theirs)));
        return shared.get(name, most);
      },
    };
    const { records } = await run(racing, [{ ...cell, behaviour: 'told' }]);
    expect(records).toEqual([theirs]);
    expect(await recordIn(shared, cell)).toEqual(theirs);
  });

  it('that loses its store ends with 2, keeps what is finished, and copies it later', async () => {
    const shared = await newStore();
    const cells = seeds(3);
    const lost: SharedStore = {
      ...shared,
      create: async () => {
        throw new UsageError('--store s3://results: cannot be reached');
      },
    };
    const outDir = await temporaryFolder();
    await expect(run(lost, cells, { outDir, jobs: 1 })).rejects.toThrow('cannot be reached');
    expect(JSON.parse(await readFile(join(outDir, 'run.json'), 'utf8'))).toMatchObject({ exit_code: 2 });
    expect(await computedIn(outDir)).toHaveLength(1);
    const later = await run(shared, cells, { outDir });
    expect(later.exitCode).toBe(0);
    expect(await computedIn(outDir)).toEqual(cells.map(({ cell }) => cell));
    expect(await Promise.all(cells.map((cell) => recordIn(shared, cell)))).toEqual(later.records);
  });

  it('trains on where its checkpoints cannot be copied', async () => {
    const shared = await newStore();
    const cell = fixtureCell('checkpoints');
    const full: SharedStore = {
      ...shared,
      put: async () => {
        throw new UsageError('--store s3://results: the disk is full');
      },
    };
    const { records, text } = await run(full, [cell]);
    expect(records).toMatchObject([{ status: 'completed' }]);
    expect(text).toContain(
      `${cell.cell}: its checkpoint stays on this machine alone: --store s3://results: the disk is full`,
    );
  });

  it('begins with no folder at all where the store cannot be used', async () => {
    const outDir = join(await temporaryFolder(), 'out');
    const shared = await newStore();
    const refused = async () => {
      throw new UsageError('--store s3://results: no keys');
    };
    await expect(
      run(shared, seeds(1), { outDir, sharedStore: { shown: 's3://results', open: refused } }),
    ).rejects.toThrow('no keys');
    expect((await readRecords(storeAt(outDir), { quarantine: false })).records).toEqual([]);
  });
});

it('work that is slower than what asks for it is done for the newest alone', async () => {
  const begun: number[] = [];
  let asked = 0;
  let end = () => {};
  const work = newestOnly(async () => {
    begun.push(asked);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  for (asked = 1; asked <= 5; asked++) work.ask();
  expect(begun).toEqual([1]);
  end();
  await vi.waitFor(() => expect(begun).toEqual([1, 6]));
  end();
  await work.ended();
  expect(begun).toEqual([1, 6]);
  await expect(work.ended()).resolves.toBeUndefined();
});

it('a failure of a cell is none of another machine', async () => {
  const store = storeAt(await temporaryFolder());
  const cell = fixtureCell('fine');
  await writeRecord(store, failureOfCell(cell, 'no luck'));
  const shared = folderStore(await temporaryFolder());
  const { records } = await run(shared, [cell], { outDir: store.outDir });
  expect(records).toMatchObject([{ status: 'completed' }]);
});
