import { execa } from 'execa';
import { engineEnvironment } from '../engine/environment.ts';
import type { Arithmetic } from '../fingerprint.ts';
import type { Cell } from '../spec/cell.ts';
import type { Definition } from '../spec/definition.ts';
import { type DataFolders, type DefinitionRequest, parseWorkerMessage, type WorkerMessage } from './protocol.ts';
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
    let worker: DefiningWorker | null = null;
    for (let cell = waiting.shift(); cell !== undefined && !options.signal.aborted; cell = waiting.shift()) {
      worker ??= startWorker(options);
      const defined = cell.needs.length > 0 ? needing(cell) : await worker.define(cell);
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

interface DefiningWorker {
  define(cell: Cell): Promise<Defined>;
  hasEnded(): boolean;
  end(): Promise<void>;
}

function startWorker({
  workerPath,
  dataFolders,
  threads,
  arithmetic,
  env = {},
  signal,
}: DefineOptions): DefiningWorker {
  const subprocess = execa(process.execPath, [workerPath], {
    ipc: true,
    env: engineEnvironment({ ...process.env, ...env }, arithmetic),
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    maxBuffer: { stderr: 10_000 },
    cancelSignal: signal,
  });
  let ended = false;
  let answer: (message: WorkerMessage | null) => void = () => undefined;
  subprocess.on('message', (came: unknown) => {
    const read = parseWorkerMessage(came);
    answer('message' in read ? read.message : { type: 'error', message: read.strange, usage: false });
  });
  const end = subprocess.then((result) => {
    ended = true;
    answer(null);
    return result;
  });
  return {
    async define(cell) {
      const context = { dataDir: dataDirOf(cell, dataFolders), device: 'cpu' as const, threads };
      const request: DefinitionRequest = { define: cell, context };
      const told = new Promise<WorkerMessage | null>((resolve) => {
        answer = resolve;
        if (ended) resolve(null);
      });
      await subprocess.sendMessage(request as never).catch(() => undefined);
      const message = await told;
      if (message?.type === 'definition') return { definition: message.definition };
      if (message?.type === 'error') return { error: message.message };
      const { stderr, exitCode } = await end;
      return { error: `The worker ended with exit code ${exitCode ?? 'none'}: ${String(stderr).slice(-500)}` };
    },
    hasEnded: () => ended,
    async end() {
      subprocess.kill();
      await end;
    },
  };
}
