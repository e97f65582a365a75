import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { readRecord, storeAt } from '../../harness/run/records/store.ts';
import { workerLanes } from '../../harness/run/worker-lanes.ts';
import { fixtureCell, fixturePool, temporaryFolder } from './helpers.ts';

async function lanes() {
  const store = storeAt(await temporaryFolder());
  const stop = new AbortController();
  const { runCell, end } = workerLanes({ ...fixturePool(), store }, stop.signal);
  onTestFinished(end);
  const told: number[] = [];
  const listener = { onProgress: ({ step }: { step: number }) => void told.push(step), onPoint: () => undefined };
  const run = (method: string, seed: number, overrides = {}) =>
    runCell(fixtureCell(method, { seed, ...overrides }), stop.signal, listener);
  /** The processes that ran the traced cells, by the cells' starts. */
  const processes = async () => {
    const lines = (await readFile(join(store.outDir, 'trace'), 'utf8')).trim().split('\n');
    return lines.filter((line) => line.startsWith('start')).map((line) => line.split(' ').at(-1));
  };
  return { store, stop, run, end, told, processes };
}

it('runs one cell after another in one process, and those at the same time in two', async () => {
  const { store, run, told, processes } = await lanes();
  const first = await run('traced', 0);
  expect(first).toMatchObject({ status: 'completed', seed: 0 });
  expect(await readRecord(store, first!)).toEqual(first);
  await Promise.all([run('traced', 1), run('traced', 2)]);
  expect(await run('traced', 3)).toMatchObject({ status: 'completed', seed: 3 });
  expect(told).toEqual([5, 5, 5, 5]);
  const [one, two, three, four] = await processes();
  expect(new Set([one, two, three, four]).size).toBe(2);
  expect([two, three]).toContain(one);
});

it.each([
  ['crash', /^The worker ended with exit code 1: .*the worker broke/s],
  ['killed', /^The worker was killed by SIGKILL/],
  ['silent', /^The worker ended with exit code 0/],
])('gives a failed record where the process breaks (%s), and the next cell another process', async (method, reason) => {
  const { run, processes } = await lanes();
  await run('traced', 0);
  expect(await run(method, 1)).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) });
  expect(await run('traced', 2)).toMatchObject({ status: 'completed' });
  const [before, after] = await processes();
  expect(after).not.toBe(before);
});

it('goes on in the same process after a cell that says what went wrong', async () => {
  const { run, processes } = await lanes();
  await run('traced', 0);
  expect(await run('told', 1)).toMatchObject({ status: 'failed', error: 'no luck with told.seed-1' });
  await run('traced', 2);
  const [before, after] = await processes();
  expect(after).toBe(before);
});

it('throws for bad input, which the other cells would meet too', async () => {
  const { run } = await lanes();
  await expect(run('bad-input', 0)).rejects.toThrow(UsageError);
});

it('ends a cell at its time limit, even one that ignores signals', async () => {
  const { run } = await lanes();
  expect(await run('stubborn', 0, { timeLimitSeconds: 0.5 })).toMatchObject({
    status: 'failed',
    error: 'The cell ran longer than its time limit of 0.5 s and was ended.',
  });
});

it('gives nothing of a cell that is interrupted', async () => {
  const { run, stop } = await lanes();
  const running = run('hang', 0);
  setTimeout(() => stop.abort(), 300);
  expect(await running).toBeNull();
});
