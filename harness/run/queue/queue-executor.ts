import type { Redis } from 'ioredis';
import type { CellRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import type { Executor } from '../executor.ts';
import type { QueueAddress } from './address.ts';
import { type FollowOptions, followCells } from './follow.ts';
import {
  fetchOffer,
  offeredRun,
  type QueuedCell,
  type QueuedRun,
  type QueueSettings,
  removeQueuedRun,
  shareOffer,
  withdrawOffer,
  writeQueuedRun,
} from './queued-run.ts';
import { openRedis } from './redis.ts';
import { announceRun, withdrawRun } from './registry.ts';
import { openRunQueues } from './run-queues.ts';

export interface QueueExecutorOptions extends Pick<FollowOptions, 'tell' | 'lookMs' | 'quietMs'> {
  address: QueueAddress;
  settings: QueueSettings;
  /** All cells of the run: those that are finished, too, so that a run which is joined again is the same. */
  cells: readonly PlannedCell[];
  /** Of each cell the digest of what it is to be given. */
  dataDigest(cell: PlannedCell): Promise<string | null>;
  /** All cells run again: what workers still compute for an earlier run into the folder does not count. */
  fresh: boolean;
}

/**
 * The workers of a queue as a way to execute runs. Where it is told to end, it leaves, and the workers go on: the same
 * run joins them again. Once every cell has a record, nothing of the run is left in the queue.
 */
export function queueExecutor(options: QueueExecutorOptions): Executor {
  const { address, settings, tell } = options;
  let redis: Redis | null = null;
  let renew = options.fresh;
  return {
    elsewhere: true,
    async prepare() {
      redis ??= await openRedis(address, tell);
      return [];
    },
    async execute(cells, execution) {
      if (redis === null) throw new Error('the queue is asked to compute before it was reached');
      const { store, shared } = execution;
      const withdraw = async () => {
        if (shared !== undefined) await withdrawOffer(store, shared.shared);
        await removeQueuedRun(store);
      };
      const all: QueuedCell[] = [];
      for (const cell of options.cells) all.push({ ...cell, data: await options.dataDigest(cell) });
      // A run that another machine put in, and left, is joined from here.
      if (shared !== undefined) await fetchOffer(store, shared.shared);
      const earlier = await offeredRun(store);
      if (cells.length === 0) {
        if (earlier !== null) await takeBack({ id: earlier, cells: all }, redis);
        await withdraw();
        return [];
      }
      const run = await writeQueuedRun(store, settings, all, renew);
      renew = false;
      if (shared !== undefined) await shareOffer(store, shared.shared);
      // What another run into the folder offered is in no file any more: its workers let go of it.
      if (earlier !== null && earlier !== run.id) await takeBack({ id: earlier, cells: all }, redis);
      const queues = openRunQueues(run, redis);
      let records: CellRecord[];
      try {
        await announceRun(redis, run);
        records = await followCells(cells, { ...options, ...execution, run, queues, redis });
        if (execution.signal.aborted && records.length < cells.length) {
          tell('Left: the workers go on. The same command joins them again.');
          return records;
        }
      } finally {
        await queues.close();
      }
      await takeBack(run, redis);
      await withdraw();
      return records;
    },
    async close() {
      redis?.disconnect();
      redis = null;
    },
  };
}

/** Leaves nothing of a run in the queue; workers end what they compute for it. */
async function takeBack(run: Pick<QueuedRun, 'id' | 'cells'>, redis: Redis): Promise<void> {
  await withdrawRun(redis, run.id);
  const queues = openRunQueues(run, redis);
  await queues.empty().finally(() => queues.close());
}
