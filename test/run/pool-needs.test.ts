import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { type CellRecord, errorOf } from '../../harness/record.ts';
import { type PoolOptions, runPool } from '../../harness/run/pool.ts';
import { keptWeights } from '../../harness/run/records/needed.ts';
import { readRecords, storeAt, weightsPath } from '../../harness/run/records/store.ts';
import { chainCells } from '../helpers/chain-kind.ts';
import { recordOf } from './fixtures/record-of.mjs';
import { fixturePool, type StandInCell, temporaryFolder } from './helpers.ts';

/**
 * Link 1 reads 0, 2 reads 0, 3 reads 1 and 2, 4 stands alone; estimates rise, so that the last would be begun first.
 */
const diamond = chainCells([[], [0], [0], [1, 2], []]);

function behaving(behaviours: Record<number, string>, others = 'fine'): StandInCell[] {
  return diamond.map((cell, link) => ({ ...cell, behaviour: behaviours[link] ?? others }));
}

async function pool(cells: readonly StandInCell[], overrides: Partial<PoolOptions> = {}) {
  const store = overrides.store ?? storeAt(await temporaryFolder());
  const records = await runPool(cells, {
    ...fixturePool(),
    store,
    jobs: 8,
    onProgress: () => {},
    onRecord: () => {},
    ...overrides,
  });
  return { store, records, byName: new Map(records.map((record) => [record.cell, record])) };
}

const linesOf = async (outDir: string) => (await readFile(join(outDir, 'trace'), 'utf8')).trim().split('\n');

it.each([1, 2, 8])('runs a cell after those that it needs, with %i workers', async (jobs) => {
  const { store, records } = await pool(behaving({}, 'traced'), { jobs });
  expect(records.map(({ status }) => status)).toEqual(Array(5).fill('completed'));
  const events = (await linesOf(store.outDir)).map((line) => line.split(' ').slice(0, 2).join(' '));
  const at = (event: string) => events.indexOf(event);
  for (const { cell, needs } of diamond) {
    expect(at(`end ${cell}`)).toBeGreaterThan(at(`start ${cell}`));
    for (const need of needs) expect(at(`start ${cell}`)).toBeGreaterThan(at(`end ${need.cell}`));
  }
  // It waits for no other: only the last in line begins after two whole workers.
  if (jobs === 8) expect(at('start fine-4.seed-0')).toBeLessThan(at('start fine-3.seed-0'));
});

const digestOf = (record: CellRecord | undefined) => (record?.status === 'completed' ? record.result_digest : null);

it('gives each what its needed cells’ records say, and keeps the weights of needed cells alone', async () => {
  const { store, byName } = await pool(behaving({ 2: 'better' }));
  const digests = ['fine-1.seed-0', 'fine-2.seed-0'].map((name) => digestOf(byName.get(name)));
  expect(new Set(digests).size).toBe(2);
  expect(byName.get('fine-3.seed-0')).toMatchObject({ needed_digests: digests });
  for (const [link, kept] of [true, true, true, false, false].entries()) {
    const there = await access(weightsPath(store, diamond[link]!)).then(
      () => true,
      () => false,
    );
    expect([link, there]).toEqual([link, kept]);
  }
  const record = byName.get('fine-1.seed-0')!;
  if (record.status === 'failed') throw new Error('a finished record is expected');
  expect([...(await keptWeights(store, record))!]).toEqual([['w', { shape: [2], values: Float32Array.of(1.5, -2) }]]);
});

it('keeps the weights of all cells where asked, and no earlier ones of a cell that fails then', async () => {
  const store = storeAt(await temporaryFolder());
  const kept = () => readdir(store.weightsDir).then((names) => names.sort());
  await pool(behaving({}), { store, keepWeights: true });
  expect(await kept()).toEqual([0, 1, 2, 3, 4].map((link) => `fine-${link}.seed-0.safetensors`));
  await pool(behaving({ 4: 'crash' }).slice(4), { store, keepWeights: true });
  expect(await kept()).toEqual([0, 1, 2, 3].map((link) => `fine-${link}.seed-0.safetensors`));
});

it('fails the cells that need a failed one, directly or not, with a sentence each; the others go on', async () => {
  const { store, records, byName } = await pool(behaving({ 1: 'crash' }), { jobs: 2 });
  expect(records.map(({ cell, status }) => `${cell} ${status}`).sort()).toEqual([
    'fine-0.seed-0 completed',
    'fine-1.seed-0 failed',
    'fine-2.seed-0 completed',
    'fine-3.seed-0 failed',
    'fine-4.seed-0 completed',
  ]);
  const whole = await pool(behaving({ 0: 'crash' }));
  const errors = (found: Map<string, CellRecord>, ...links: number[]) =>
    links.map((link) => errorOf(found.get(`fine-${link}.seed-0`)!));
  expect(errors(byName, 3)).toEqual(['It needs fine-1.seed-0 as its link-1, which is failed.']);
  expect(errors(whole.byName, 1, 2, 3)).toEqual([
    'It needs fine-0.seed-0 as its link-0, which is failed.',
    'It needs fine-0.seed-0 as its link-0, which is failed.',
    'It needs fine-1.seed-0 as its link-1, which is failed.',
  ]);
  const stored = (await readRecords(store, { quarantine: false })).records;
  expect(stored).toContainEqual(byName.get('fine-3.seed-0'));
});

it('fails a cell that needs a diverged one, or one that nobody ran', async () => {
  const diverged = await pool(behaving({ 0: 'diverged' }).slice(0, 2));
  expect(errorOf(diverged.byName.get('fine-1.seed-0')!)).toBe(
    'It needs fine-0.seed-0 as its link-0, which is diverged.',
  );
  const { records } = await pool([diamond[1]!]);
  expect(records.map(errorOf)).toEqual(['It needs fine-0.seed-0 as its link-0, which is not there.']);
});

it('takes needed cells that were finished before from their records', async () => {
  const first = await pool(behaving({}).slice(0, 1));
  const { store, records } = await pool(behaving({}).slice(1, 2), { store: first.store, finished: first.records });
  expect(records).toMatchObject([{ cell: 'fine-1.seed-0', status: 'completed' }]);
  // In another store, that is named.
  const elsewhere = await pool([diamond[1]!], { finished: first.records, neededStore: store });
  expect(elsewhere.records).toMatchObject([{ status: 'completed', needed_digests: [digestOf(first.records[0])] }]);
  const known = recordOf(diamond[0]!, { error: 'no finite loss' });
  expect((await pool([diamond[1]!], { finished: [known] })).records.map(errorOf)).toEqual([
    'It needs fine-0.seed-0 as its link-0, which is diverged.',
  ]);
});

it('ends when interrupted, also where cells wait for one that runs', async () => {
  const controller = new AbortController();
  const store = storeAt(await temporaryFolder());
  const running = pool(behaving({ 0: 'hang' }), { store, signal: controller.signal });
  await vi.waitUntil(() => readFile(join(store.outDir, 'trace'), 'utf8').catch(() => ''), 10_000);
  await vi.waitUntil(async () => (await readRecords(store, { quarantine: false })).records.length === 1, 10_000);
  controller.abort();
  expect((await running).records.map(({ cell }) => cell)).toEqual(['fine-4.seed-0']);
});

it('ends with the error of a worker that met bad input, also where cells wait for it', async () => {
  await expect(pool(behaving({ 0: 'bad-input' }))).rejects.toThrow('fine-0.seed-0: data_batch_1.bin: label 255');
});
