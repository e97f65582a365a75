import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { onTestFinished } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import type { Crowd, Execution } from '../../../harness/run/executor.ts';
import { parseQueueAddress } from '../../../harness/run/queue/address.ts';
import { queueExecutor } from '../../../harness/run/queue/queue-executor.ts';
import type { QueueSettings } from '../../../harness/run/queue/queued-run.ts';
import { type ServeQueueOptions, serveQueue } from '../../../harness/run/queue/serve-queue.ts';
import { storeAt } from '../../../harness/run/records/store.ts';
import { runInWorker } from '../../../harness/run/worker-process.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { fixtureWorker } from '../helpers.ts';
import { ableMachine, queueSettings } from './queue-fixtures.ts';

/** A run that goes through a queue, in this process. */
export interface Following {
  records: Promise<CellRecord[]>;
  /** What was told so far. */
  lines: string[];
  crowds: Crowd[];
  leave(): void;
}

export function follow(
  url: string,
  outDir: string,
  cells: readonly PlannedCell[],
  overrides: {
    settings?: Partial<QueueSettings>;
    fresh?: boolean;
    all?: readonly PlannedCell[];
  } & Partial<Execution> = {},
): Following {
  const { settings, fresh = false, all = cells, ...execution } = overrides;
  const leaving = new AbortController();
  const lines: string[] = [];
  const crowds: Crowd[] = [];
  const executor = queueExecutor({
    address: parseQueueAddress(url, {}),
    settings: { ...queueSettings, ...settings },
    cells: all,
    dataDigest: async () => null,
    fresh,
    tell: (line) => lines.push(line),
    lookMs: 100,
    quietMs: 500,
  });
  async function run(): Promise<CellRecord[]> {
    try {
      await executor.prepare();
      return await executor.execute(cells, {
        store: storeAt(outDir),
        signal: leaving.signal,
        onProgress: () => {},
        onRecord: () => {},
        onCrowd: (crowd) => crowds.push(crowd),
        ...execution,
      });
    } finally {
      await executor.close();
    }
  }
  const records = run();
  onTestFinished(async () => {
    leaving.abort();
    await records.catch(() => {});
  });
  return { records, lines, crowds, leave: () => leaving.abort() };
}

interface Watched {
  /** Receives the name of each cell that is begun. */
  computed?: string[];
  /** By cell, how the fixture behaves where that is not what the cell's method says. */
  behaviours?: Readonly<Record<string, string>>;
}

/** A worker in this process, whose cells run in processes of the fixture. */
export function serve(
  url: string,
  outDir: string,
  { computed, behaviours = {}, ...overrides }: Partial<ServeQueueOptions> & Watched = {},
): { ended: Promise<void>; lines: string[]; stop(): Promise<void> } {
  const stopping = new AbortController();
  const lines: string[] = [];
  const ended = serveQueue({
    address: parseQueueAddress(url, {}),
    machine: ableMachine,
    outDirOf: () => outDir,
    lockMs: 5000,
    jobs: 2,
    compute: (cell, settings, signal, listener) => {
      computed?.push(cell.cell);
      const behaving = { ...cell, behaviour: behaviours[cell.cell] };
      return runInWorker(behaving, { ...settings, workerPath: fixtureWorker, killAfterMs: 1000 }, signal, listener);
    },
    signal: stopping.signal,
    tell: (line) => lines.push(line),
    lookMs: 100,
    ...overrides,
  });
  // Told where it is awaited; a test that fails first is told of its own reason.
  ended.catch(() => {});
  const stop = async () => {
    stopping.abort();
    await ended.catch(() => {});
  };
  onTestFinished(stop);
  return { ended, lines, stop };
}

/** A worker in a process of its own. */
export function serveInProcess(
  url: string,
  outDir: string,
  { lockMs = 5000, jobs = 2, clockMs = 0, behaviours = {} }: ProcessOptions = {},
) {
  const settings = { url, outDir, lockMs, jobs, clockMs, behaviours, machine: ableMachine, instantMs: null };
  const running = execaNode(servePath, [JSON.stringify(settings)], { reject: false });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running;
  });
  return running;
}

interface ProcessOptions extends Watched {
  lockMs?: number;
  jobs?: number;
  clockMs?: number;
}

const servePath = fileURLToPath(new URL('./fixtures/serve.mjs', import.meta.url));
