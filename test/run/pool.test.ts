import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { longestText } from '../../harness/foreign-text.ts';
import { errorOf, type FailedRecord } from '../../harness/record.ts';
import { gpuSlots } from '../../harness/run/gpu/gpu-slots.ts';
import { type PoolOptions, runPool } from '../../harness/run/pool.ts';
import {
  checkpointDir,
  logPath,
  readRecord,
  readRecords,
  storeAt,
  writeRecord,
} from '../../harness/run/records/store.ts';
import {
  failureOfCell,
  fixtureCell,
  fixturePool,
  fixtureWorker,
  recordOfCell,
  type StandInCell,
  temporaryFolder,
} from './helpers.ts';

async function pool(cells: readonly StandInCell[], overrides: Partial<PoolOptions> = {}) {
  const store = overrides.store ?? storeAt(await temporaryFolder());
  const seen: string[] = [];
  const records = await runPool(cells, {
    ...fixturePool(),
    store,
    onProgress: () => {},
    onRecord: (record) => seen.push(record.cell),
    ...overrides,
  });
  return { store, seen, records, byMethod: new Map(records.map((record) => [record.config.method, record])) };
}

/** Runs one cell and gives its failed record, which must lie in the store too. */
async function failureOf(
  method: string,
  overrides: Parameters<typeof fixtureCell>[1] = {},
  options: Partial<PoolOptions> = {},
): Promise<FailedRecord> {
  const cell = fixtureCell(method, overrides);
  const { store, records } = await pool([cell], options);
  expect(records).toHaveLength(1);
  const [record] = records;
  expect(record).toMatchObject({ id: cell.id, status: 'failed' });
  expect(await readRecord(store, cell)).toEqual(record);
  if (record?.status !== 'failed') throw new Error('a failed record is expected');
  // No value, no weights.
  expect(record).not.toHaveProperty('measures');
  expect(record).not.toHaveProperty('weights_digest');
  return record;
}

it('gives the records that the workers wrote, and reports each once', async () => {
  const cells = [fixtureCell('fine'), fixtureCell('fine', { seed: 1 }), fixtureCell('diverged')];
  const { store, seen, records } = await pool(cells);
  expect(records.map(({ cell, status }) => `${cell} ${status}`).sort()).toEqual([
    'diverged.seed-0 diverged',
    'fine.seed-0 completed',
    'fine.seed-1 completed',
  ]);
  expect([...seen].sort()).toEqual(records.map(({ cell }) => cell).sort());
  expect((await readRecords(store, { quarantine: false })).records).toHaveLength(3);
});

it('passes the progress of a worker on', async () => {
  const onProgress = vi.fn();
  await pool([fixtureCell('fine')], { onProgress });
  expect(onProgress).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ cell: 'fine.seed-0' }),
    expect.objectContaining({ phase: 'train', step: 5, steps: 10 }),
  );
});

it('ends with the error where a worker met bad input, and keeps what is finished', async () => {
  const { store } = await pool([fixtureCell('fine')]);
  await expect(pool([fixtureCell('bad-input')], { store })).rejects.toThrow(UsageError);
  await expect(pool([fixtureCell('bad-input')], { store })).rejects.toThrow(/bad-input\.seed-0: .*label 255/);
  expect((await readRecords(store, { quarantine: false })).records.map(({ cell }) => cell)).toEqual(['fine.seed-0']);
});

it('tells a worker its device and threads', async () => {
  const { records } = await pool([fixtureCell('context')], { device: 'gpu', threads: 3 });
  expect(records[0]?.warnings).toEqual(['gpu', '3']);
});

it('records a worker that throws, with the end of its error output', async () => {
  const { error } = await failureOf('crash');
  expect(error).toContain('The worker ended with exit code 1 and left no record.');
  expect(error).toContain('Error: the worker broke');
});

it('keeps what a worker prints in a file that the failure names, until the cell runs again', async () => {
  const cell = fixtureCell('prints-and-crashes');
  const { store, records } = await pool([cell]);
  expect(errorOf(records[0]!)).toContain('All that the worker printed is in logs/prints-and-crashes.seed-0.log.\n');
  const lines = (await readFile(logPath(store, cell.cell), 'utf8')).trim().split('\n');
  expect(lines.sort()).toEqual(['on its error output', 'on its output']);
  await pool([{ ...cell, behaviour: 'fine' }], { store });
  await expect(access(logPath(store, cell.cell))).rejects.toThrow('ENOENT');
  const unlogged = await pool([cell], { logs: false });
  expect(errorOf(unlogged.records[0]!)).not.toContain('logs/');
});

it('records the reason that a worker tells', async () => {
  expect((await failureOf('told')).error).toBe('no luck with told.seed-0');
});

it('keeps what a worker tells without what would act on its reader, and bounded', async () => {
  const { error } = await failureOf('tells-escapes');
  expect(error).toMatch(/^red\uFFFD back\nx+\n\[[\d,]+ characters were left out here\]\nx+ the end$/);
  expect(error.length).toBeLessThanOrEqual(longestText);
});

it.each([
  ['sends-null', /^The worker sent what is no message of the harness, and was ended: null$/],
  ['sends-half', /no message of the harness, and was ended: \{ type: 'progress' \}$/],
  ['sends-much', /no message of the harness, and was ended: \{ type: 'done', text: '.{0,300}$/],
  ['sends-null-and-records', /no message of the harness, and was ended: null$/],
])('fails a cell whose worker %s, and goes on with the others', async (method, text) => {
  const { byMethod } = await pool([fixtureCell(method), fixtureCell('fine')], { jobs: 1 });
  expect(errorOf(byMethod.get(method)!)).toMatch(text);
  expect(byMethod.get(method)?.status).toBe('failed');
  expect(byMethod.get('fine')?.status).toBe('completed');
});

describe('a worker with the method of a file', () => {
  const origin = '/somewhere/my-method.js';

  it('fails its cell only, whatever it says', async () => {
    const { byMethod } = await pool([fixtureCell('bad-input', { origin }), fixtureCell('fine')], { jobs: 1 });
    expect(errorOf(byMethod.get('bad-input')!)).toBe('data_batch_1.bin: label 255');
    expect(byMethod.get('fine')?.status).toBe('completed');
  });

  it.each([
    ['silent', {}, 'The worker ended with exit code 0 and left no record.'],
    ['killed', {}, 'The worker was killed by SIGKILL'],
    ['hang', { timeLimitSeconds: 0.3 }, 'The cell ran longer than its time limit of 0.3 s'],
    ['sends-null', {}, 'The worker sent what is no message'],
  ])('has the file named where it ends otherwise: %s', async (method, overrides, text) => {
    const { error } = await failureOf(method, { origin, ...overrides });
    expect(error).toContain(`${origin}: method ${method}: ${text}`);
  });

  it('has no source of the file in its error output', async () => {
    const { error } = await failureOf('prints-source', { origin });
    expect(error).toContain('Last error output of the worker:\n');
    expect(error).toMatch(/\/somewhere\/my-method\.js:3:5\)$/);
    expect(error).not.toMatch(/base64|QUJD/);
  });
});

it('names the signal that killed a worker', async () => {
  expect((await failureOf('killed')).error).toContain('killed by SIGKILL');
});

it('records a worker that ends well but without a record', async () => {
  expect((await failureOf('silent')).error).toBe('The worker ended with exit code 0 and left no record.');
});

it('does not take the record of another configuration for the cell’s', async () => {
  const store = storeAt(await temporaryFolder());
  const cell = fixtureCell('copies');
  const other = recordOfCell(fixtureCell('copies', {}, { budget: 0.2 }));
  expect([other.cell, other.id === cell.id]).toEqual([cell.cell, false]);
  await writeFile(join(store.outDir, 'other.json'), JSON.stringify(other));
  const [record] = (await pool([cell], { store })).records;
  expect(record).toMatchObject({ id: cell.id, status: 'failed', error: expect.stringContaining('left no record') });
});

it('keeps only the readable end of an endless error output', async () => {
  const { error } = await failureOf('noisy');
  expect(error).toMatch(/exit code 7[\s\S]*the very end$/);
  expect(error.length).toBeLessThan(2200);
  expect(error).not.toMatch(/[^\P{Cc}\n]/u);
});

it('records a worker file that does not exist', async () => {
  const { records } = await pool([fixtureCell('fine')], { workerPath: '/nonexistent/worker.mjs' });
  expect(records[0]).toMatchObject({ status: 'failed', error: expect.stringContaining('/nonexistent/worker.mjs') });
});

it('ends a cell that exceeds its time limit with SIGTERM', async () => {
  const { error } = await failureOf('hang', { timeLimitSeconds: 0.3 });
  expect(error).toContain('longer than its time limit of 0.3 s and was ended (SIGTERM)');
});

it('ends a cell that ignores SIGTERM with SIGKILL', async () => {
  const { error } = await failureOf('stubborn', { timeLimitSeconds: 1.5 }, { killAfterMs: 100 });
  expect(error).toContain('was ended (SIGTERM, then SIGKILL)');
});

it('goes on with the other cells after failures', async () => {
  const cells = ['crash', 'killed', 'silent', 'fine'].map((method) => fixtureCell(method));
  const { byMethod } = await pool(cells, { jobs: 1 });
  expect(byMethod.get('fine')?.status).toBe('completed');
  expect(['crash', 'killed', 'silent'].map((method) => byMethod.get(method)?.status)).toEqual(Array(3).fill('failed'));
});

it('keeps the checkpoint of a killed worker, and drops it once the cell is finished', async () => {
  const killed = fixtureCell('killed');
  const { store } = await pool([killed]);
  const state = join(checkpointDir(store, killed), 'state');
  expect(await readFile(state, 'utf8')).toBe('epoch 3');
  await pool([{ ...killed, behaviour: 'fine' }], { store });
  await expect(access(state)).rejects.toThrow('ENOENT');
});

it('keeps the record of a worker that dies right after writing it', async () => {
  const { records } = await pool([fixtureCell('dies-after-record')]);
  expect(records[0]).toMatchObject({ status: 'completed', measures: [{ metric: 'accuracy', value: 0.5 }] });
});

it('does not take the record of an earlier attempt for this one’s', async () => {
  const store = storeAt(await temporaryFolder());
  const cell = fixtureCell('silent');
  await writeRecord(store, failureOfCell(cell, 'earlier'));
  const { records } = await pool([cell], { store });
  expect(errorOf(records[0]!)).toContain('left no record');
});

it('runs at most `jobs` workers at once, and that many', async () => {
  const store = storeAt(await temporaryFolder());
  const cells = Array.from({ length: 5 }, (_, seed) => fixtureCell('traced', { seed }));
  await pool(cells, { store, jobs: 2 });
  let running = 0;
  let most = 0;
  for (const line of (await readFile(join(store.outDir, 'trace'), 'utf8')).trim().split('\n')) {
    running += line.startsWith('start') ? 1 : -1;
    most = Math.max(most, running);
  }
  expect(most).toBe(2);
});

it('gives each worker the GPU of its place, and lets no more onto it than fit', async () => {
  const store = storeAt(await temporaryFolder());
  const cells = Array.from({ length: 6 }, (_, seed) => fixtureCell('gpu-place', { seed }));
  const gpu = { id: 'GPU-a', name: 'GPU', freeMiB: 5000 };
  const slots = gpuSlots([gpu], { freeMemory: () => async () => 5000, retryMs: 10 });
  const { records } = await pool(cells, { store, jobs: 6, device: 'gpu', gpuSlots: slots });
  expect(records.map(({ warnings }) => warnings)).toEqual(Array(6).fill(['GPU-a']));
  const trace = (await readFile(join(store.outDir, 'trace'), 'utf8')).trim().split('\n');
  // 4 GiB for the first, of which nothing is known; 1,150 MiB for each of the others.
  expect(trace.slice(0, 2).map((line) => line.split(' ')[0])).toEqual(['start', 'end']);
  let running = 0;
  let most = 0;
  for (const line of trace) {
    running += line.startsWith('start') ? 1 : -1;
    most = Math.max(most, running);
  }
  expect(most).toBeLessThanOrEqual(4);
});

it('ends cells that wait for a GPU when interrupted', async () => {
  const controller = new AbortController();
  const slots = gpuSlots([{ id: 'GPU-a', name: 'GPU', freeMiB: null }], { retryMs: 10 });
  await slots.acquire(fixtureCell('fine'), controller.signal);
  const running = pool([fixtureCell('fine')], { device: 'gpu', gpuSlots: slots, signal: controller.signal });
  controller.abort();
  expect((await running).records).toEqual([]);
});

it('says what a GPU’s failure means', async () => {
  const { error } = await failureOf('gpu-full', {}, { device: 'gpu' });
  expect(error).toMatch(
    /exit code 1.*\nThe GPU’s memory ran out\. Use fewer --jobs.*\n.*\n.*\n.*CUDA_ERROR_OUT_OF_MEMORY/,
  );
  await expect(pool([fixtureCell('no-gpu')], { device: 'gpu' })).rejects.toThrow(
    /no-gpu\.seed-0: TensorFlow finds no GPU\nThe NVIDIA driver’s library libcuda\.so\.1 was not found/,
  );
});

it('starts the longest cells first, equal ones in the plan’s order', async () => {
  const estimates = [5, 20, 5, 30];
  const cells = estimates.map((estimatedSeconds, seed) => fixtureCell('fine', { seed, estimatedSeconds }));
  const { seen } = await pool(cells, { jobs: 1 });
  expect(seen).toEqual(['fine.seed-3', 'fine.seed-1', 'fine.seed-0', 'fine.seed-2']);
});

it('ends the workers when interrupted, without records for their cells, and starts no more', async () => {
  const store = storeAt(await temporaryFolder());
  const controller = new AbortController();
  const cells = [
    fixtureCell('fine', { estimatedSeconds: 30 }),
    fixtureCell('hang', { estimatedSeconds: 20 }),
    fixtureCell('fine', { seed: 1 }),
  ];
  const running = pool(cells, { store, jobs: 1, signal: controller.signal });
  const line = await vi.waitUntil(() => readFile(join(store.outDir, 'trace'), 'utf8').catch(() => ''), 5000);
  controller.abort();
  const { records } = await running;
  expect(records.map(({ cell }) => cell)).toEqual(['fine.seed-0']);
  expect((await readRecords(store, { quarantine: false })).records.map(({ cell }) => cell)).toEqual(['fine.seed-0']);
  expect(() => process.kill(Number(line.trim().split(' ')[2]), 0)).toThrow('ESRCH');
});

it('stops with the error where a failed record cannot be written', async () => {
  const store = storeAt(await temporaryFolder());
  const blocked = { ...store, recordsDir: join(fixtureWorker, 'records') };
  await expect(pool([fixtureCell('silent'), fixtureCell('hang')], { store: blocked })).rejects.toThrow(/ENOTDIR/);
});
