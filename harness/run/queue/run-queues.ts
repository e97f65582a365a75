import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { PlannedCell } from '../../spec/cell.ts';
import { type CellJob, cellIdOf, jobIdOf, jobOptions, prefix, queueName } from './names.ts';
import { machineNeedsOf, type QueuedRun } from './queued-run.ts';

/** What a follower is told of a job, with the name of its cell's id; null: it is no cell's. */
export interface QueueListener {
  onCompleted(id: string | null): void;
  /** It is not tried again. */
  onFailed(id: string | null, why: string, jobId: string): void;
  onProgress(id: string | null, progress: unknown): void;
}

/** The queues of a run's cells, one for each sort of machine that they need. */
export interface RunQueues {
  /** Puts cells in; those that are there stay as they are. */
  add(cells: readonly PlannedCell[]): Promise<void>;
  /** What is in: `failed` is not tried again. */
  present(): Promise<Map<string, 'open' | 'failed'>>;
  remove(cells: readonly PlannedCell[]): Promise<void>;
  /** Cells that are being computed. */
  running(): Promise<number>;
  listen(listener: QueueListener): Promise<void>;
  /** Removes all, also what is being computed. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Jobs in one message to the server. */
const chunk = 1000;

/** Opens the queues of a run on a connection, which stays the caller's. */
export function openRunQueues(run: Pick<QueuedRun, 'id' | 'cells'>, connection: Redis): RunQueues {
  const options = { connection, prefix };
  const needsOf = (cell: PlannedCell) => machineNeedsOf(cell).name;
  const sorts = [...new Set(run.cells.map(needsOf))];
  const queues = new Map(sorts.map((needs) => [needs, new Queue<CellJob>(queueName(run.id, needs), options)]));
  const events: { own: QueueEvents; waiting: Redis }[] = [];
  // What a queue cannot do is told where it is asked; the connection tells of its own interruptions.
  for (const queue of queues.values()) queue.on('error', () => {});

  async function ofEach<T>(ask: (queue: Queue<CellJob>) => Promise<T>): Promise<T[]> {
    return Promise.all([...queues.values()].map(ask));
  }

  return {
    async add(cells) {
      for (const [needs, queue] of queues) {
        const own = cells.filter((cell) => needsOf(cell) === needs);
        for (let at = 0; at < own.length; at += chunk) await queue.addBulk(own.slice(at, at + chunk).map(jobOf));
      }
    },
    async present() {
      const found = new Map<string, 'open' | 'failed'>();
      await ofEach(async (queue) => {
        // What fails between the two questions is found by the second.
        const open = await queue.getRanges(['wait', 'active', 'delayed', 'prioritized'], 0, -1);
        const failed = await queue.getRanges(['failed'], 0, -1);
        for (const [state, jobIds] of [['open', open] as const, ['failed', failed] as const]) {
          for (const id of jobIds.map(cellIdOf)) if (id !== null) found.set(id, state);
        }
      });
      return found;
    },
    async remove(cells) {
      for (const cell of cells) await queues.get(needsOf(cell))?.remove(jobIdOf(cell));
    },
    async running() {
      const counts = await ofEach((queue) => queue.getActiveCount());
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async listen(listener) {
      for (const queue of queues.values()) {
        // It waits for events, which would hold up the questions of all others.
        const waiting = connection.duplicate().on('error', () => {});
        const own = new QueueEvents(queue.name, { ...options, connection: waiting, autorun: false });
        events.push({ own, waiting });
        own.on('error', () => {});
        own.on('completed', ({ jobId }) => listener.onCompleted(cellIdOf(jobId)));
        own.on('failed', ({ jobId, failedReason }) => listener.onFailed(cellIdOf(jobId), failedReason, jobId));
        own.on('progress', ({ jobId, data }) => listener.onProgress(cellIdOf(jobId), data));
        await own.waitUntilReady();
        own.run().catch(() => {});
      }
    },
    async empty() {
      await ofEach(async (queue) => {
        const remove = () => queue.obliterate({ force: true, count: 10_000 });
        // Where another follower of the run removes it at the same moment, the first one finds it half gone.
        await remove().catch(remove);
      });
    },
    async close() {
      for (const { own, waiting } of events) {
        waiting.disconnect();
        await own.close().catch(() => {});
      }
      await ofEach((queue) => queue.close().catch(() => {}));
    },
  };
}

function jobOf({ cell, id }: PlannedCell) {
  return { name: 'cell', data: { cell, id }, opts: jobOptions(jobIdOf({ id })) };
}
