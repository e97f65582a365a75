import { CellRefusal, MethodFileError, UsageError } from '../errors.ts';
import { thrownStack } from '../foreign-text.ts';
import type { CellRecord } from '../record.ts';
import type { Cell } from '../spec/cell.ts';
import type { CellContext, CellProgress } from '../tasks/context.ts';
import type { WorkerMessage, WorkerRequest } from './protocol.ts';
import { neededCells } from './records/needed.ts';
import { storeAt, weightsPath, writeRecord } from './records/store.ts';

/** Least time between two progress messages of one phase, in milliseconds. */
const progressIntervalMs = 200;

export interface ServeOptions {
  runCell(cell: Cell, context: CellContext): Promise<CellRecord>;
  send(message: WorkerMessage): Promise<void>;
  /** Milliseconds of a clock that only rises. */
  now(): number;
}

/**
 * Runs one cell in the worker: on the way progress messages, at most five a second and one at each change of phase, and
 * the points of its curve; the record through the store; then `done`. A cell that throws gives `error` and no record.
 * Resolves to the exit code.
 */
export async function serveCell(request: WorkerRequest, options: ServeOptions): Promise<number> {
  const { cell, outDir } = request;
  const store = storeAt(outDir);
  try {
    const onProgress = throttled((progress) => void options.send({ type: 'progress', progress }), options.now);
    const record = await options.runCell(cell, {
      ...request.context,
      weightsPath: request.keepsWeights ? weightsPath(store, cell) : null,
      needed: () => neededCells(cell, storeAt(request.neededDir)),
      onProgress,
      onPoint: (point) => void options.send({ type: 'point', point }),
    });
    if (record.id !== cell.id || record.cell !== cell.cell) {
      throw new Error(`runCell gave the record of ${record.cell} (${record.id}) for ${cell.cell} (${cell.id}).`);
    }
    await writeRecord(store, record);
  } catch (error) {
    await options.send({ type: 'error', message: messageOf(error), usage: error instanceof UsageError });
    return 1;
  }
  await options.send({ type: 'done' });
  return 0;
}

/** Passes on the first progress of each phase, and then what comes at least one interval after the last passed on. */
export function throttled(send: (progress: CellProgress) => void, now: () => number): (progress: CellProgress) => void {
  let lastPhase: CellProgress['phase'] | null = null;
  let lastSent = 0;
  return (progress) => {
    const time = now();
    if (progress.phase === lastPhase && time - lastSent < progressIntervalMs) return;
    lastPhase = progress.phase;
    lastSent = time;
    send(progress);
  };
}

/** An error as the parent is told of it. */
export function messageOf(error: unknown): string {
  const told = [UsageError, MethodFileError, CellRefusal].some((kind) => error instanceof kind);
  return told ? (error as Error).message : thrownStack(error);
}
