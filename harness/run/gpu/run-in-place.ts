import type { CellRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { runInWorker, type WorkerListener, type WorkerSettings } from '../worker-process.ts';
import type { GpuSlots } from './gpu-slots.ts';

/** `runInWorker`, where there are GPUs on a place of them, which the cell waits for. */
export async function runInPlace(
  cell: PlannedCell,
  { gpuSlots, ...settings }: WorkerSettings & { gpuSlots?: GpuSlots | undefined },
  signal: AbortSignal,
  listener: WorkerListener,
): Promise<CellRecord | null> {
  if (gpuSlots === undefined) return runInWorker(cell, settings, signal, listener);
  const place = await gpuSlots.acquire(cell, signal);
  if (place === null) return null;
  try {
    const record = await runInWorker(cell, { ...settings, gpu: place.gpu.id }, signal, listener);
    if (record !== null) gpuSlots.learn(record, place);
    return record;
  } finally {
    place.release();
  }
}
