import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Gpu } from '../../../harness/run/gpu/gpu-devices.ts';
import { gpuSlots } from '../../../harness/run/gpu/gpu-slots.ts';
import type { Cell } from '../../../harness/spec/cell.ts';
import { standInNvidiaSmi } from '../../helpers/nvidia-smi.ts';
import { failureOfCell, fixtureCell, recordOfCell } from '../helpers.ts';

const never = new AbortController().signal;
const gpu = (freeMiB: number | null, id = 'GPU-a'): Gpu => ({ id, name: 'GPU', freeMiB });
const cells = (count: number) => Array.from({ length: count }, (_, seed) => fixtureCell('fine', { seed }));
const ofModel = (width: number) => ({ model: { name: 'resnet' as const, depth: 8, width } });
const wideResnet = { model: { name: 'wide-resnet' as const, depth: 28, widen: 10 } };
const peak = (cell: Cell, mebibytes: number) => recordOfCell(cell, { gpu_memory_peak_bytes: mebibytes * 2 ** 20 });

/** Asks for a place for each cell, and gives the GPUs of those that have one after a moment. */
async function placed(slots: ReturnType<typeof gpuSlots>, wanted: readonly Cell[], signal = never) {
  const ids: (string | null)[] = [];
  const all = wanted.map(async (cell) => {
    const place = await slots.acquire(cell, signal);
    if (place !== null) ids.push(place.gpu.id);
    return place;
  });
  await sleep(60);
  return { ids, all };
}

describe('gpuSlots', () => {
  const slotsOn = (gpus: Gpu[], free: (gpu: Gpu) => number | null = ({ freeMiB }) => freeMiB) =>
    gpuSlots(gpus, { freeMemory: () => async (one) => free(one), retryMs: 5 });

  const kinds = (count: number) =>
    Array.from({ length: count }, (_, index) => fixtureCell('fine', {}, ofModel(index + 1)));

  it('bounds cells that were never measured by 4 GiB each, of 95 % of what is free', async () => {
    // 0.95 * 13,000 = 12,350 MiB: three times 4,096 and no more.
    const controller = new AbortController();
    const { ids, all } = await placed(slotsOn([gpu(13_000)]), kinds(5), controller.signal);
    expect(ids).toHaveLength(3);
    controller.abort();
    expect((await Promise.all(all)).filter((place) => place === null)).toHaveLength(2);
  });

  it('bounds cells by the largest peak of their kind and 15 %', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(10_000)]);
    slots.learn(peak(fixtureCell('fine'), 1000));
    slots.learn(peak(fixtureCell('fine'), 2000));
    slots.learn(peak(fixtureCell('fine'), 500));
    slots.learn(recordOfCell(fixtureCell('fine')));
    // 9,500 / 2,300 = 4.1
    expect((await placed(slots, cells(6), controller.signal)).ids).toHaveLength(4);
    controller.abort();
  });

  it('does not learn from a peak that was measured only in part', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(10_000)]);
    slots.learn({ ...peak(fixtureCell('fine'), 10), warnings: ['GPU memory measured only in part: why'] });
    expect((await placed(slots, cells(3), controller.signal)).ids).toHaveLength(2);
    controller.abort();
  });

  it('does not take one kind’s memory for another’s', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(10_000)]);
    slots.learn(peak(fixtureCell('fine', {}, wideResnet), 100));
    // One alone, not the 80 that would fit by the other kind's peak.
    expect((await placed(slots, cells(4), controller.signal)).ids).toHaveLength(1);
    controller.abort();
  });

  it('runs the first cell of an unmeasured kind alone of its kind, beside others, until it has ended', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(80_000)]);
    const { ids, all } = await placed(slots, [...cells(3), ...kinds(2)], controller.signal);
    expect(ids).toHaveLength(3);
    slots.learn(peak(fixtureCell('fine'), 2000));
    (await all[0])!.release();
    await sleep(60);
    expect(ids).toHaveLength(5);
    // One that ended without a measurement lets the next be the first.
    (await all[3])!.release();
    await sleep(30);
    expect((await placed(slots, kinds(1), controller.signal)).ids).toHaveLength(1);
    controller.abort();
  });

  it('gives further cells of an unmeasured kind empty GPUs, and does not wait for a peak that a record lacks', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(80_000, 'GPU-a'), gpu(70_000, 'GPU-b')]);
    const { ids } = await placed(slots, cells(3), controller.signal);
    expect(ids).toEqual(['GPU-a', 'GPU-b']);
    slots.learn(recordOfCell(fixtureCell('fine')));
    await sleep(60);
    expect(ids).toHaveLength(3);
    controller.abort();
  });

  it('prefers a GPU with room to an empty one that another program has filled', async () => {
    const slots = slotsOn([gpu(80_000, 'GPU-full'), gpu(40_000, 'GPU-room')], ({ id }) =>
      id === 'GPU-full' ? 100 : 30_000,
    );
    slots.learn(peak(fixtureCell('fine'), 2000));
    const ids: (string | null)[] = [];
    for (const cell of cells(3)) ids.push((await slots.acquire(cell, never))!.gpu.id);
    expect(ids).toEqual(['GPU-room', 'GPU-room', 'GPU-room']);
  });

  it('waits for a GPU that can hold a cell rather than forcing it onto an empty one that cannot', async () => {
    const slots = slotsOn([gpu(40_000, 'GPU-large'), gpu(1000, 'GPU-small')]);
    slots.learn(peak(fixtureCell('fine'), 30_000));
    const { ids, all } = await placed(slots, cells(2));
    expect(ids).toEqual(['GPU-large']);
    (await all[0])!.release();
    await sleep(60);
    expect(ids).toEqual(['GPU-large', 'GPU-large']);
  });

  it('lets younger cells overtake a large one that waits only eight times', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(10_000)]);
    const small = (seed: number) => fixtureCell('fine', { seed });
    const large = fixtureCell('fine', {}, wideResnet);
    slots.learn(peak(small(0), 100));
    slots.learn(peak(large, 8200));
    const first = await slots.acquire(small(0), never);
    const second = await slots.acquire(small(1), never);
    const wide = await placed(slots, [large, ...Array.from({ length: 20 }, (_, i) => small(i + 2))], controller.signal);
    expect(wide.ids).toHaveLength(8);
    first!.release();
    second!.release();
    for (const one of wide.all.slice(1, 9)) (await one)!.release();
    expect(await wide.all[0]).not.toBeNull();
    controller.abort();
  });

  it('expects of a kind that ran out of memory all that was free', async () => {
    const controller = new AbortController();
    const slots = slotsOn([gpu(20_000)]);
    slots.learn(peak(fixtureCell('fine'), 2000));
    const place = await slots.acquire(fixtureCell('fine'), never);
    slots.learn(failureOfCell(fixtureCell('fine'), 'some other fault'), place!);
    place!.release();
    const again = await slots.acquire(fixtureCell('fine'), never);
    const error = 'OOM when allocating tensor with shape[128,64,32,32]';
    slots.learn(failureOfCell(fixtureCell('fine'), error), again!);
    again!.release();
    expect((await placed(slots, cells(4), controller.signal)).ids).toHaveLength(1);
    controller.abort();
  });

  it('lets a waiting cell in when a place is given back, once however often that is said', async () => {
    const slots = slotsOn([gpu(5000)]);
    const { ids, all } = await placed(slots, cells(2));
    expect(ids).toHaveLength(1);
    const first = await Promise.race(all);
    first!.release();
    first!.release();
    await sleep(60);
    expect(ids).toHaveLength(2);
    const controller = new AbortController();
    expect((await placed(slots, cells(1), controller.signal)).ids).toHaveLength(0);
    controller.abort();
  });

  it('waits where another program has taken the memory since', async () => {
    let free = 1000;
    const slots = slotsOn([gpu(80_000)], () => free);
    // The first is forced: nothing of the run is running.
    const { ids } = await placed(slots, kinds(2));
    expect(ids).toHaveLength(1);
    free = 60_000;
    await sleep(60);
    expect(ids).toHaveLength(2);
  });

  it.each([
    ['too small for any', 100],
    ['of unknown memory', null],
  ])('runs one cell at a time on a GPU %s', async (_what, freeMiB) => {
    const controller = new AbortController();
    const { ids } = await placed(slotsOn([gpu(freeMiB)]), cells(3), controller.signal);
    expect(ids).toHaveLength(1);
    controller.abort();
  });

  it('fills empty GPUs first, the roomiest before the others', async () => {
    const slots = slotsOn([gpu(5000, 'GPU-small'), gpu(80_000, 'GPU-large')]);
    slots.learn(peak(fixtureCell('fine'), 3500));
    const ids: (string | null)[] = [];
    for (const cell of cells(4)) ids.push((await slots.acquire(cell, never))!.gpu.id);
    expect(ids).toEqual(['GPU-large', 'GPU-small', 'GPU-large', 'GPU-large']);
  });

  it('asks NVIDIA’s tool what is free now, and goes on where it fails', async () => {
    await standInNvidiaSmi({ 'query-gpu': '0, GPU-a, NVIDIA L4, 570.86.15, 23034, 3000\n' });
    const controller = new AbortController();
    const slots = gpuSlots([gpu(22_000)], { retryMs: 5 });
    // Forced, since nothing is running; the next waits for more than 3,000 MiB.
    expect(await slots.acquire(fixtureCell('fine'), never)).not.toBeNull();
    const other = fixtureCell('fine', {}, wideResnet);
    const { ids, all } = await placed(slots, [other], controller.signal);
    await sleep(300);
    expect(ids).toEqual([]);
    await standInNvidiaSmi({ 'query-gpu': 9 });
    await sleep(300);
    expect(ids).toEqual([]);
    await standInNvidiaSmi({ 'query-gpu': '0, GPU-a, NVIDIA L4, 570.86.15, 23034, 20000\n' });
    expect(await all[0]).not.toBeNull();
    controller.abort();
  });
});
