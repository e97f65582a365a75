import { setTimeout as sleep } from 'node:timers/promises';
import { askNvidiaSmi } from '../measure/nvidia-smi.ts';
import type { CellRecord } from '../record.ts';
import { gpuQuery, parseGpus } from '../setup/nvidia-smi.mjs';
import { type Cell, isTranslation } from '../spec.ts';
import type { Gpu } from './gpu-devices.ts';

/** A cell's place on a GPU. */
export interface GpuPlace {
  gpu: Gpu;
  /** Gives the place back. */
  release(): void;
}

/**
 * Shares GPUs out among cells that run at once: a cell starts where its expected memory fits beside that of the cells that
 * are there, and else waits. TensorFlow takes memory as it grows and has no limit per process that could be set from
 * outside, so the number of cells is bounded instead. A GPU without cells takes any: a cell too large for it fails by itself.
 */
export interface GpuSlots {
  /** Resolves to null where `signal` ended the wait. */
  acquire(cell: Cell, signal: AbortSignal): Promise<GpuPlace | null>;
  /** Learns from a record what cells like it need. */
  learn(record: CellRecord): void;
}

/** Expected of a cell while none of its kind was measured: the CUDA context, cuDNN's workspaces and a network of CIFAR's size. */
const unmeasuredMiB = 4096;
/** Peaks are sampled, so the true one is a little higher. */
const headroom = 1.15;
/** Of what was free at the start, this share is given out. */
const usableShare = 0.95;

interface Occupied {
  gpu: Gpu;
  expected: number[];
}

/** `freeMiB`: what is free on a GPU now; null: not known. */
export function gpuSlots(
  gpus: readonly Gpu[],
  { freeMiB = freeNow, retryMs = 2000 }: { freeMiB?: (gpu: Gpu) => Promise<number | null>; retryMs?: number } = {},
): GpuSlots {
  const places: Occupied[] = gpus.map((gpu) => ({ gpu, expected: [] }));
  const peaks = new Map<string, number>();
  // One at a time decides, or two cells would take the same room.
  let deciding: Promise<unknown> = Promise.resolve();

  const expectedOf = (cell: Cell) => headroom * (peaks.get(kindOf(cell)) ?? unmeasuredMiB / headroom);

  async function roomFor(expected: number): Promise<Occupied | null> {
    const roomiest = [...places].sort((a, b) => roomOf(b) - roomOf(a));
    const empty = roomiest.find((place) => place.expected.length === 0);
    if (empty !== undefined) return empty;
    for (const place of roomiest) {
      if (roomOf(place) < expected) continue;
      const free = await freeMiB(place.gpu);
      if (free !== null && free >= expected) return place;
    }
    return null;
  }

  function take(place: Occupied, expected: number): GpuPlace {
    place.expected.push(expected);
    let held = true;
    return {
      gpu: place.gpu,
      release() {
        if (held) place.expected.splice(place.expected.indexOf(expected), 1);
        held = false;
      },
    };
  }

  return {
    async acquire(cell, signal) {
      while (!signal.aborted) {
        const attempt = deciding.then(async () => {
          const expected = expectedOf(cell);
          const place = await roomFor(expected);
          return place === null ? null : take(place, expected);
        });
        deciding = attempt.catch(() => {});
        const place = await attempt;
        if (place !== null) return place;
        await sleep(retryMs, undefined, { signal }).catch(() => {});
      }
      return null;
    },
    learn(record) {
      if (record.gpu_memory_peak_bytes === null) return;
      const peak = record.gpu_memory_peak_bytes / 2 ** 20;
      peaks.set(kindOf(record), Math.max(peak, peaks.get(kindOf(record)) ?? 0));
    },
  };
}

/** Cells of one kind need about the same memory; factorized networks need less than dense ones, so that the largest counts. */
function kindOf({ model, dataset, config }: Cell | CellRecord): string {
  const batch = isTranslation(config) ? config.training.batchTokens : config.training.batchSize;
  return `${model} ${dataset} ${batch}`;
}

function roomOf({ gpu, expected }: Occupied): number {
  if (gpu.freeMiB === null) return 0;
  return usableShare * gpu.freeMiB - expected.reduce((sum, value) => sum + value, 0);
}

/** A MIG instance's free memory is asked of nobody: what was free at the start, less what is given out, has to do. */
async function freeNow({ id, freeMiB }: Gpu): Promise<number | null> {
  if (id?.startsWith('MIG-')) return freeMiB;
  const { output } = await askNvidiaSmi(gpuQuery);
  return output === null ? null : (parseGpus(output).find(({ uuid }) => uuid === id)?.freeMiB ?? null);
}
