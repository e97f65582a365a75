import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CellRecord, errorOf } from '../../../harness/record.ts';
import { localPool } from '../../../harness/run/local-pool.ts';
import { prefix, queueName, runsKey, workersKey } from '../../../harness/run/queue/names.ts';
import { offeredRun } from '../../../harness/run/queue/queued-run.ts';
import { readRecord, readRecords, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import { fixtureCell, fixturePool, recordOfCell, temporaryFolder } from '../helpers.ts';
import { follow, serve } from './helpers.ts';
import { ableMachine } from './queue-fixtures.ts';
import { noRedis } from './redis-process.ts';
import { startRedis } from './redis-server.ts';

/** Link 1 reads 0, 2 reads 0, 3 reads 1 and 2, 4 stands alone. */
const diamond = chainCells([[], [0], [0], [1, 2], []]);
const cellsOf = (count: number, method = 'fine') =>
  Array.from({ length: count }, (_, seed) => fixtureCell(method, { seed }));
const taking =
  (memoryBytes: number) =>
  <C extends PlannedCell>(cell: C): C => ({ ...cell, cost: { ...cell.cost, memoryBytes } });
const names = (records: readonly CellRecord[]) => records.map(({ cell, status }) => `${cell} ${status}`).sort();
const stored = async (outDir: string) => (await readRecords(storeAt(outDir), { quarantine: false })).records;

/** Redis as others may use it, beside the program. */
function clientOf(url: string): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

describe.skipIf(noRedis !== null)(`a queue on Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  it('brings cells to the records of the local pool, and leaves nothing behind', async () => {
    const { url } = await startRedis();
    const [outDir, poolDir] = [await temporaryFolder(), await temporaryFolder()];
    const cells = [...cellsOf(3), fixtureCell('diverged')];
    const onRecord = vi.fn();
    const { records, crowds } = follow(url, outDir, cells, { onRecord });
    const { lines } = serve(url, outDir);
    const bySeed = (all: readonly CellRecord[]) => [...all].sort((a, b) => (a.cell < b.cell ? -1 : 1));
    const pool = localPool(fixturePool());
    await pool.prepare();
    const execution = { store: storeAt(poolDir), signal: new AbortController().signal };
    const expected = await pool.execute(cells, { ...execution, onProgress: () => {}, onRecord: () => {} });
    expect(bySeed(await records)).toEqual(bySeed(expected));
    expect(bySeed(await stored(outDir))).toEqual(bySeed(await stored(poolDir)));
    expect(onRecord).toHaveBeenCalledTimes(4);
    expect(lines).toContain('compression, smoke: takes cells of it.');
    expect(crowds.some(({ running, workers }) => running > 0 && workers === 1)).toBe(true);
    expect((await readdir(outDir)).sort()).toEqual((await readdir(poolDir)).sort());
    expect(await keysLeft(url)).toEqual([]);
  });

  it('runs a cell after those that it needs, and keeps their weights', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const records = await runWith(url, outDir, diamond, { jobs: 4 });
    expect(names(records)).toEqual(diamond.map(({ cell }) => `${cell} completed`));
    for (const record of records) {
      const needed = diamond.find(({ id }) => id === record.id)?.needs.map(({ id }) => digestOf(records, id));
      expect(record).toMatchObject({ needed_digests: needed });
    }
    const order = records.map(({ id }) => id);
    for (const { id, needs } of diamond) {
      for (const need of needs) expect(order.indexOf(need.id)).toBeLessThan(order.indexOf(id));
    }
    expect(await readdir(storeAt(outDir).weightsDir)).toHaveLength(3);
  });

  it('fails the cells that need a failed one, in the words of the pool, and brings the others to their end', async () => {
    const { url } = await startRedis();
    const records = await runWith(url, await temporaryFolder(), diamond, { behaviours: { 'fine-1.seed-0': 'told' } });
    expect(names(records)).toEqual([
      'fine-0.seed-0 completed',
      'fine-1.seed-0 failed',
      'fine-2.seed-0 completed',
      'fine-3.seed-0 failed',
      'fine-4.seed-0 completed',
    ]);
    expect(errorOf(records.find(({ cell }) => cell === 'fine-3.seed-0')!)).toBe(
      'It needs fine-1.seed-0 as its link-1, which is failed.',
    );
  });

  it('goes on where nobody follows, also with cells that need others, and is joined again', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const left = follow(url, outDir, diamond);
    await vi.waitFor(async () => expect(await jobsOf(url, outDir)).toBe(2), 20_000);
    left.leave();
    expect(await left.records).toEqual([]);
    expect(left.lines).toContain('Left: the workers go on. The same command joins them again.');
    const computed: string[] = [];
    const worker = serve(url, outDir, { computed });
    await vi.waitFor(async () => expect(await stored(outDir)).toHaveLength(5), 30_000);
    await worker.stop();
    expect(computed).toHaveLength(5);
    // All are finished: nothing is to be done but to clear up.
    const again = follow(url, outDir, [], { all: diamond });
    expect(await again.records).toEqual([]);
    expect(await keysLeft(url)).toEqual([]);
    expect(existsSync(join(outDir, 'queue'))).toBe(false);
  });

  it('is joined again by the same run alone, whose cells keep their places', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cells = cellsOf(4);
    const offer = async (options: Parameters<typeof follow>[3] = {}) => {
      const going = follow(url, outDir, cells, options);
      await vi.waitFor(async () => expect(await jobsOf(url, outDir)).toBe(4), 20_000);
      going.leave();
      await going.records;
      return offeredRun(storeAt(outDir));
    };
    const first = await offer();
    expect(await offer()).toBe(first);
    const changed = await offer({ settings: { threads: 2 } });
    expect(changed).not.toBe(first);
    expect(await offer({ settings: { threads: 2 }, fresh: true })).not.toBe(changed);
    expect(await clientOf(url).hlen(runsKey)).toBe(1);
    // What the earlier runs had put in is gone.
    expect((await clientOf(url).keys('*:wait')).length).toBe(1);
  });

  it('takes one plan in two folders for two runs, whose cells stay apart', async () => {
    const { url } = await startRedis();
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    const cells = cellsOf(3);
    const [first, second] = [follow(url, one, cells), follow(url, other, cells)];
    const [computed, elsewhere]: [string[], string[]] = [[], []];
    const worker = serve(url, one, { computed });
    serve(url, other, { computed: elsewhere });
    expect((await first.records).length + (await second.records).length).toBe(6);
    expect([...computed].sort()).toEqual(cells.map(({ cell }) => cell));
    expect([...elsewhere].sort()).toEqual(cells.map(({ cell }) => cell));
    expect(worker.lines.join('\n')).toMatch(/takes no cells of it: .* does not hold this run of compression, smoke/);
  });

  it('computes each cell once that two followers of one folder put in at the same time', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cells = cellsOf(5);
    const offered = follow(url, outDir, cells);
    await vi.waitFor(async () => expect(await jobsOf(url, outDir)).toBe(5), 20_000);
    const second = follow(url, outDir, cells);
    const computed: string[] = [];
    serve(url, outDir, { computed });
    const expected = cells.map(({ cell }) => `${cell} completed`);
    expect(names(await offered.records)).toEqual(expected);
    expect(names(await second.records)).toEqual(expected);
    expect([...computed].sort()).toEqual(cells.map(({ cell }) => cell));
  });

  it('tries a poison cell three times, reports it, and goes on with the others', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cells = [fixtureCell('told'), ...cellsOf(2)];
    const computed: string[] = [];
    const records = await runWith(url, outDir, cells, { computed });
    expect(names(records)).toEqual(['fine.seed-0 completed', 'fine.seed-1 completed', 'told.seed-0 failed']);
    expect(computed.filter((cell) => cell === 'told.seed-0')).toHaveLength(3);
    const failed = records.find(({ status }) => status === 'failed')!;
    expect(errorOf(failed)).toBe('no luck with told.seed-0');
    expect(failed.warnings).toEqual([
      'Attempt 1 failed, this is attempt 2: no luck with told.seed-0',
      'Attempt 2 failed, this is attempt 3: no luck with told.seed-0',
    ]);
    expect(await readRecord(storeAt(outDir), failed)).toEqual(failed);
    // What has failed is computed again where it is asked for again.
    const again: string[] = [];
    await runWith(url, outDir, [cells[0]!], { computed: again, behaviours: { 'told.seed-0': 'fine' } }, cells);
    expect(again).toEqual(['told.seed-0']);
    expect((await stored(outDir)).map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  });

  it('stops at the first failure where it is told to, and ends what runs', async () => {
    const { url } = await startRedis();
    const cells = [fixtureCell('hang', { timeLimitSeconds: 60 }), fixtureCell('told', { estimatedSeconds: 5 })];
    const outDir = await temporaryFolder();
    const going = follow(url, outDir, cells, { failFast: true });
    const worker = serve(url, outDir, { jobs: 2 });
    expect(names(await going.records)).toEqual(['told.seed-0 failed']);
    await vi.waitFor(() => expect(worker.lines.join()).toContain('told.seed-0: failed'), 10_000);
    expect(await keysLeft(url)).toEqual([]);
  });

  it('computes a cell once that is delivered twice, and keeps the record that was there first', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cell = fixtureCell('fine');
    const computed: string[] = [];
    const going = follow(url, outDir, [cell]);
    // As a worker leaves it that could not tell the queue any more.
    await vi.waitFor(async () => expect(await jobsOf(url, outDir)).toBe(1), 20_000);
    const first = await writeRecord(storeAt(outDir), recordOfCell(cell, { value: 0.625 }));
    serve(url, outDir, { computed });
    expect(await going.records).toEqual([first]);
    expect(computed).toEqual([]);
  });

  it('gives back what a worker computes that is ended in order', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cell = fixtureCell('fine');
    const going = follow(url, outDir, [cell]);
    const computed: string[] = [];
    const first = serve(url, outDir, { computed, behaviours: { [cell.cell]: 'hang' }, lockMs: 60_000 });
    await vi.waitFor(() => expect(computed).toHaveLength(1), 20_000);
    await first.stop();
    serve(url, outDir, { computed, lockMs: 60_000 });
    expect(names(await going.records)).toEqual(['fine.seed-0 completed']);
    expect(computed).toHaveLength(2);
  });

  it('computes no more cells at once than fit into the memory', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const going = follow(url, outDir, cellsOf(4).map(taking(400)));
    let running = 0;
    let most = 0;
    serve(url, outDir, {
      jobs: 4,
      machine: { ...ableMachine, memory: 1000 },
      compute: async (cell, { store }) => {
        most = Math.max(most, ++running);
        await sleep(20);
        running--;
        return writeRecord(store, recordOfCell(cell));
      },
    });
    expect(await going.records).toHaveLength(4);
    expect(most).toBe(2);
  });

  it('leaves cells that are expected to take more memory than a machine gives to those that give more', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const small = cellsOf(2).map(taking(2 ** 20));
    const large = [fixtureCell('fine', { seed: 7 })].map(taking(2 ** 31));
    const going = follow(url, outDir, [...small, ...large]);
    const [by, byLarger]: [string[], string[]] = [[], []];
    const worker = serve(url, outDir, { computed: by, machine: { ...ableMachine, memory: 2 ** 30 } });
    await vi.waitFor(() => expect(by.toSorted()).toEqual(small.map(({ cell }) => cell)), 20_000);
    expect(worker.lines.join('\n')).toContain(
      'leaves some to others: cells are expected to take up to 2.0 GiB of memory, and cells may take 1.0 GiB here',
    );
    serve(url, outDir, { computed: byLarger });
    expect(await going.records).toHaveLength(3);
    expect(byLarger).toEqual(['fine.seed-7']);
  });

  it('passes progress and points on from the worker to the follower', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const [onProgress, onPoint] = [vi.fn(), vi.fn()];
    const going = follow(url, outDir, [fixtureCell('points')], { onProgress, onPoint });
    serve(url, outDir);
    await going.records;
    expect(onPoint).toHaveBeenCalledWith(expect.objectContaining({ cell: 'points.seed-0' }), {
      at: 3,
      values: { train_loss: 1.23456789, test_accuracy: null },
    });
    expect(onProgress).toHaveBeenCalledWith(
      expect.objectContaining({ cell: 'points.seed-0' }),
      expect.objectContaining({ step: 5, steps: 10 }),
    );
  });

  it('ends a worker that is idle for as long as it was told', async () => {
    const { url } = await startRedis();
    await serve(url, await temporaryFolder(), { idleSeconds: 0.2 }).ended;
  });

  it.each([
    [
      { versions: { ...ableMachine.versions, commit: 'another' } },
      /at commit c0ffee, this worker of 1\.0\.0 at commit another/,
    ],
    [{ versions: { ...ableMachine.versions, changes: 'other', dirty: true } }, /its files differ from those here/],
    [{ program: 'another' }, /its files differ from those here/],
  ])('takes no cells of another program: %o', async (machine, why) => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const going = follow(url, outDir, cellsOf(1));
    const other = serve(url, outDir, { machine: { ...ableMachine, ...machine } });
    await vi.waitFor(() => expect(other.lines.join()).toMatch(why), 20_000);
    await vi.waitFor(() => expect(going.lines.join()).toMatch(why), 20_000);
    expect(going.crowds.every(({ running, workers }) => running === 0 && workers === 0)).toBe(true);
    serve(url, outDir);
    expect(names(await going.records)).toEqual(['fine.seed-0 completed']);
  });

  it('leaves cells to machines that have what they need: a GPU, portable arithmetic', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const gpu = follow(url, outDir, cellsOf(1), { settings: { device: 'gpu' } });
    const worker = serve(url, outDir);
    await vi.waitFor(() => expect(worker.lines.join()).toContain('it computes on a GPU, and none is here'), 20_000);
    await worker.stop();
    gpu.leave();
    await gpu.records;
    const portable = follow(url, outDir, cellsOf(1), { settings: { arithmetic: 'portable' } });
    const old = serve(url, outDir);
    await vi.waitFor(
      () => expect(old.lines.join()).toMatch(/its arithmetic is portable: needs .*, which this/),
      20_000,
    );
    serve(url, outDir, {
      machine: { ...ableMachine, processor: { arch: 'x64', instructionSet: ['avx2', 'fma', 'avx', 'f16c', 'bmi2'] } },
    });
    expect(names(await portable.records)).toEqual(['fine.seed-0 completed']);
  });

  it.each([
    ['no JSON', () => 'rm -rf /'],
    ['another plan’s cell', () => ({ cell: 'fine.seed-9', id: '0123456789abcdef' })],
    ['a cell’s name with another id', (cell: PlannedCell) => ({ cell: cell.cell, id: '0123456789abcdef' })],
    ['a path', (cell: PlannedCell) => ({ cell: '../../etc/passwd', id: cell.id })],
    ['more than a name', (cell: PlannedCell) => ({ cell: cell.cell, id: cell.id, config: { task: 'image' } })],
    ['escape sequences', () => ({ cell: '\u001b]0;title\u0007', id: 'x'.repeat(100_000) })],
  ])('refuses a job with %s, reports it, and computes nothing', async (_what, dataOf) => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cells = cellsOf(2);
    const going = follow(url, outDir, cells);
    await vi.waitFor(async () => expect(await jobsOf(url, outDir)).toBe(2), 20_000);
    const id = await offeredRun(storeAt(outDir));
    const queue = new Queue(queueName(String(id), 'nothing-256-mib'), { connection: clientOf(url), prefix });
    await queue.add('cell', dataOf(cells[0]!), { jobId: 'cell-ffffffffffffffff', lifo: true });
    await queue.close();
    const computed: string[] = [];
    const worker = serve(url, outDir, { computed, jobs: 1 });
    expect(names(await going.records)).toEqual(['fine.seed-0 completed', 'fine.seed-1 completed']);
    expect(computed).toHaveLength(2);
    const refused = worker.lines.filter((line) => line.startsWith('Refused: '));
    expect(refused).toHaveLength(1);
    expect(refused[0]).not.toMatch(/\p{Cc}/u);
    expect(refused[0]!.length).toBeLessThan(400);
    expect(going.lines.join()).toMatch(
      /a job that is no cell of this run .*refused, as it is no cell of the run's plan/,
    );
    expect(await stored(outDir)).toHaveLength(2);
  });

  it('refuses what is no run among the runs, and a run that its folder does not hold', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const client = clientOf(url);
    const hostile = { suite: '../../etc', profile: 'smoke' };
    await client.hset(
      runsKey,
      '0123456789abcdef',
      JSON.stringify(hostile),
      '../x',
      '{}',
      'fedcba9876543210',
      'no JSON',
    );
    await client.hset(runsKey, 'aaaaaaaaaaaaaaaa', JSON.stringify({ suite: 'compression', profile: 'smoke' }));
    const asked: string[] = [];
    const worker = serve(url, outDir, {
      outDirOf: ({ suite }) => {
        asked.push(suite);
        return outDir;
      },
    });
    await vi.waitFor(() => expect(worker.lines).toHaveLength(3), 20_000);
    expect(worker.lines[0]).toBe(`Takes cells from ${url}, 2 at once.`);
    expect(worker.lines[1]).toBe("Refused: 3 entries among the queue's runs are none.");
    expect(worker.lines[2]).toContain('does not hold this run of compression, smoke');
    expect(asked).toEqual(['compression']);
  });
});

async function runWith(
  url: string,
  outDir: string,
  cells: readonly PlannedCell[],
  worker: Parameters<typeof serve>[2] = {},
  all: readonly PlannedCell[] = cells,
): Promise<CellRecord[]> {
  const going = follow(url, outDir, cells, { all });
  const { stop } = serve(url, outDir, worker);
  const records = await going.records;
  await stop();
  return records;
}

function digestOf(records: readonly CellRecord[], id: string): string | undefined {
  const record = records.find((one) => one.id === id);
  return record?.status === 'completed' ? record.result_digest : undefined;
}

/** Keys in Redis but for what workers say of themselves. */
async function keysLeft(url: string): Promise<string[]> {
  return (await clientOf(url).keys('*')).filter((key) => key !== workersKey);
}

/** Jobs that wait in the queue of the run that a folder offers. */
async function jobsOf(url: string, outDir: string): Promise<number> {
  const id = await offeredRun(storeAt(outDir));
  return clientOf(url).llen(`${prefix}:${queueName(String(id), 'nothing-256-mib')}:wait`);
}
