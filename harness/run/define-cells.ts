import type { Arithmetic } from '../fingerprint.ts';
import type { Cell } from '../spec/cell.ts';
import type { Definition } from '../spec/definition.ts';
import { type LastingWorker, startLastingWorker } from './lasting-worker.ts';
import type { DataFolders } from './protocol.ts';
import { dataDirOf } from './run-data.ts';

export interface DefineOptions {
  /** The worker's entry. */
  workerPath: string;
  dataFolders: DataFolders;
  threads: number;
  arithmetic: Arithmetic;
  /** Variables of the workers' environment beside this process's own. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Worker processes at once; each defines many cells. */
  jobs: number;
  /** Ends the workers and starts no further cells. */
  signal: AbortSignal;
  /** Told at the end of each cell. */
  onDefined?(cell: Cell, defined: Defined): void;
}

/** A cell's definition, null where its kind cannot tell; or why there is none. */
export type Defined = { definition: Definition | null } | { error: string };

/** The definitions of those that could be defined, and tell, by id. */
export function definitionsOf(defined: ReadonlyMap<string, Defined>): Map<string, Definition> {
  return new Map(
    [...defined].flatMap(([id, one]) =>
      'definition' in one && one.definition !== null ? [[id, one.definition] as const] : [],
    ),
  );
}

/**
 * Defines cells on the CPU, without training them: in a few processes, each of which takes one cell after another. Gives
 * what became of each by its id; those that an interruption left out are missing.
 */
export async function defineCells<C extends Cell>(
  cells: readonly C[],
  options: DefineOptions,
): Promise<Map<string, Defined>> {
  const found = new Map<string, Defined>();
  const waiting = [...cells];
  async function lane(): Promise<void> {
    let worker: LastingWorker | null = null;
    for (let cell = waiting.shift(); cell !== undefined && !options.signal.aborted; cell = waiting.shift()) {
      worker ??= startLastingWorker(options);
      const defined = cell.needs.length > 0 ? needing(cell) : await definedBy(worker, cell, options);
      if (options.signal.aborted) break;
      // A worker that is gone is followed by another one.
      if (worker.hasEnded()) worker = null;
      found.set(cell.id, defined);
      options.onDefined?.(cell, defined);
    }
    await worker?.end();
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, cells.length) }, lane));
  return found;
}

function needing({ needs }: Cell): Defined {
  return { error: `It begins with what ${needs.map(({ cell }) => cell).join(' and ')} come to, which takes training.` };
}

async function definedBy(worker: LastingWorker, cell: Cell, { dataFolders, threads }: DefineOptions): Promise<Defined> {
  const context = { dataDir: dataDirOf(cell, dataFolders), device: 'cpu' as const, threads };
  const answer = await worker.ask({ define: cell, context });
  switch (answer.type) {
    case 'definition':
      return { definition: answer.definition };
    case 'error':
      return { error: answer.message };
    case 'gone':
      return { error: answer.reason };
    case 'done':
      throw new Error(`${cell.cell}: the worker ran it, where it was to define it`);
  }
}
