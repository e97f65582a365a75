import { setTimeout as sleep } from 'node:timers/promises';
import { partlyMeasured } from '../../measure/gpu-memory.ts';
import { askNvidiaSmi } from '../../measure/nvidia-smi.ts';
import type { CellRecord } from '../../record.ts';
import { gpuQuery, parseGpus } from '../../setup/nvidia-smi.mjs';
import type { Cell } from '../../spec/cell.ts';
import { kindOf } from '../../tasks/registry.ts';
import type { Gpu } from './gpu-devices.ts';
import { ranOutOfMemory } from './gpu-failure.ts';

/** A cell's place on a GPU. */
export interface GpuPlace {
  gpu: Gpu;
  /** What could be given out when the place was taken, in MiB; 0: not known. */
  roomMiB: number;
  /** Gives the place back. */
  release(): void;
}

/**
 * Shares GPUs out among cells that run at once: a cell starts where its expected memory fits beside that of the cells
 * that are there, and else waits. TensorFlow takes memory as it grows and has no limit per process that could be set
 * from outside, so the number of cells is bounded instead. A cell that fits nowhere is forced onto the roomiest GPU
 * without cells where no waiting would help: no GPU could ever hold it, or nothing of the run is running. It may then
 * fail by itself.
 */
export interface GpuSlots {
  /** Resolves to null where `signal` ended the wait. */
  acquire(cell: Cell, signal: AbortSignal): Promise<GpuPlace | null>;
  /** Learns from a record what cells like it need; from a failure only where its place is given. */
  learn(record: CellRecord, place?: GpuPlace): void;
}

/**
 * Expected of a cell while none of its kind was measured: the CUDA context, cuDNN's workspaces and a network of CIFAR's
 * size.
 */
const unmeasuredMiB = 4096;
/** Peaks are sampled, so the true one is a little higher. */
const headroom = 1.15;
/** Of what was free at the start, this share is given out. */
const usableShare = 0.95;

/** While the cell that waits longest does not fit, so many younger ones may start before it; then all wait for it. */
const overtakings = 8;

interface Occupied {
  gpu: Gpu;
  expected: number[];
}

/** What is free on a GPU, in MiB; null: not known. */
type FreeMemory = (gpu: Gpu) => Promise<number | null>;

/** `freeMemory`: begins a look at the GPUs as they are now. */
export function gpuSlots(
  gpus: readonly Gpu[],
  { freeMemory = freeNow, retryMs = 2000 }: { freeMemory?: () => FreeMemory; retryMs?: number } = {},
): GpuSlots {
  const places: Occupied[] = gpus.map((gpu) => ({ gpu, expected: [] }));
  const peaks = new Map<string, number>();
  // One at a time decides, or two cells would take the same room.
  let deciding: Promise<unknown> = Promise.resolve();

  const expectedOf = (cell: Cell) => headroom * (peaks.get(sortOf(cell)) ?? unmeasuredMiB / headroom);
  /** Kinds with a record: where it has no peak, no further one is waited for. */
  const recorded = new Set<string>();
  /** Kinds without a record, of which a cell runs; others of the kind only get GPUs of their own. */
  const pioneers = new Set<string>();
  /** Cells that wait, the oldest first, each with how many younger ones have started since. */
  const waiting: { overtaken: number }[] = [];

  async function roomFor(expected: number, onlyEmpty: boolean): Promise<Occupied | null> {
    const freeMiB = freeMemory();
    const live = await Promise.all(
      places.map(async (place) => {
        const room = roomOf(place);
        // Of a GPU whose memory is not told, nothing more can be asked. What does not fit by the count needs no
        // question.
        const free = place.gpu.freeMiB === null || room < expected ? null : await freeMiB(place.gpu);
        return { place, empty: place.expected.length === 0, room: free === null ? 0 : Math.min(room, free) };
      }),
    );
    const fitting = live
      .filter(({ room, empty }) => room >= expected && (empty || !onlyEmpty))
      .sort((a, b) => b.room - a.room);
    const chosen = fitting.find(({ empty }) => empty) ?? fitting[0];
    if (chosen !== undefined) return chosen.place;
    const hopeless = places.every(({ gpu }) => gpu.freeMiB === null || usableShare * gpu.freeMiB < expected);
    const idle = places.every((place) => place.expected.length === 0);
    if (!hopeless && !idle) return null;
    const empty = live.filter((one) => one.empty).map(({ place }) => place);
    return empty.sort((a, b) => roomOf(b) - roomOf(a))[0] ?? null;
  }

  function take(place: Occupied, expected: number, onRelease?: () => void): GpuPlace {
    const roomMiB = Math.max(0, roomOf(place));
    place.expected.push(expected);
    let held = true;
    return {
      gpu: place.gpu,
      roomMiB,
      release() {
        if (!held) return;
        held = false;
        place.expected.splice(place.expected.indexOf(expected), 1);
        onRelease?.();
      },
    };
  }

  return {
    async acquire(cell, signal) {
      const kind = sortOf(cell);
      const self = { overtaken: 0 };
      waiting.push(self);
      const attempt = async () => {
        const oldest = waiting[0];
        if (oldest !== undefined && oldest !== self && oldest.overtaken >= overtakings) return null;
        const unmeasured = !recorded.has(kind);
        const expected = expectedOf(cell);
        const place = await roomFor(expected, unmeasured && pioneers.has(kind));
        if (place === null) return null;
        if (oldest !== undefined && oldest !== self) oldest.overtaken++;
        if (!unmeasured || pioneers.has(kind)) return take(place, expected);
        pioneers.add(kind);
        return take(place, expected, () => pioneers.delete(kind));
      };
      try {
        while (!signal.aborted) {
          const attempted = deciding.then(attempt);
          deciding = attempted.catch(() => {});
          const place = await attempted;
          if (place !== null) return place;
          await sleep(retryMs, undefined, { signal }).catch(() => {});
        }
        return null;
      } finally {
        waiting.splice(waiting.indexOf(self), 1);
      }
    },
    learn(record, place) {
      const kind = sortOf(record);
      const raise = (peak: number) => peaks.set(kind, Math.max(peak, peaks.get(kind) ?? 0));
      if (record.status === 'failed') {
        if (place !== undefined && ranOutOfMemory(record.error)) raise(place.roomMiB / headroom);
        return;
      }
      recorded.add(kind);
      const partly = record.warnings.some((warning) => warning.startsWith(partlyMeasured));
      if (record.gpu_memory_peak_bytes !== null && !partly) raise(record.gpu_memory_peak_bytes / 2 ** 20);
    },
  };
}

/**
 * Cells of one sort need about the same memory; factorized networks need less than dense ones, so that the largest
 * counts.
 */
function sortOf({ model, dataset, config }: Cell | CellRecord): string {
  return `${config.task} ${model} ${dataset} ${kindOf(config.task).batchOf(config)}`;
}

function roomOf({ gpu, expected }: Occupied): number {
  if (gpu.freeMiB === null) return 0;
  return usableShare * gpu.freeMiB - expected.reduce((sum, value) => sum + value, 0);
}

/**
 * Asks the tool once for all GPUs, when the first is looked at. A MIG instance's free memory is asked of nobody: what
 * was free at the start, less what is given out, has to do.
 */
function freeNow(): FreeMemory {
  let asked: ReturnType<typeof askNvidiaSmi> | undefined;
  return async ({ id, freeMiB }) => {
    if (id?.startsWith('MIG-')) return freeMiB;
    asked ??= askNvidiaSmi(gpuQuery);
    const { output } = await asked;
    return output === null ? null : (parseGpus(output).find(({ uuid }) => uuid === id)?.freeMiB ?? null);
  };
}
