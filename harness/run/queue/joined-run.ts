import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { UsageError } from '../../errors.ts';
import { cellsNeeding } from '../needed-outcome.ts';
import type { DataFolders } from '../protocol.ts';
import { type Store, storeAt } from '../records/store.ts';
import { type SharedRun, sharedRun } from '../shared/shared-run.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import { type Machine, machineRefusal, matchCells } from './machine.ts';
import { attempts, type CellJob, prefix, queueName, type RunNotice } from './names.ts';
import { fetchOffer, type QueuedCell, type QueueSettings, readQueuedCells, readSettings } from './queued-run.ts';
import { openRunQueues, type RunQueues } from './run-queues.ts';

/** What takes cells that need the same of a machine, with the most bytes that one of them is expected to take. */
export interface Taker {
  worker: Worker<CellJob>;
  bytes: number;
}

/** A run that this worker takes cells of. */
export interface JoinedRun {
  id: string;
  store: Store;
  settings: QueueSettings;
  dataFolders: DataFolders;
  /** What other machines share of it; undefined: the folder itself is shared. */
  sharing: SharedRun | undefined;
  /** By id. */
  cells: ReadonlyMap<string, QueuedCell>;
  /** By the id of a cell, those that need it. */
  needing: ReadonlyMap<string, readonly QueuedCell[]>;
  queues: RunQueues;
  /** What this worker takes cells from. */
  takers: readonly Taker[];
  /** Why cells of other sorts are left to other machines, a clause each. */
  lacks: readonly string[];
  /** Aborted when the run wants no more cells. */
  left: AbortController;
}

export interface JoinOptions {
  redis: Redis;
  machine: Machine;
  outDirOf(run: RunNotice): string;
  /** The shared store's part for a run; left out: the folders of runs are themselves shared. */
  sharedOf?: ((run: RunNotice) => Promise<SharedStore>) | undefined;
  /** Milliseconds without a sign of life after which a worker's cells go to others. */
  lockMs: number;
  tell(line: string): void;
}

/** Why a run's cells are not taken. */
export interface Refused {
  why: string;
}

/**
 * Looks at a run that is announced, and joins it where this machine can compute cells of it. What is announced is
 * believed in nothing but its id: the run's folder here must hold that run.
 */
export async function joinRun(
  id: string,
  notice: RunNotice,
  { redis, machine, outDirOf, sharedOf, lockMs, tell }: JoinOptions,
): Promise<JoinedRun | Refused> {
  const store = storeAt(outDirOf(notice));
  try {
    const shared = await sharedOf?.(notice);
    if (shared !== undefined) await fetchOffer(store, shared);
    const settings = await readSettings(store, id);
    if (settings === null || settings.suite !== notice.suite || settings.profile !== notice.profile) {
      const remedy =
        'share the folder that its suite writes into, and name it here with --out, or give both the same --store';
      return {
        why: `${shared?.shown ?? store.outDir} does not hold this run of ${notice.suite}, ${notice.profile}: ${remedy}`,
      };
    }
    const refusal = machineRefusal(settings, machine);
    if (refusal !== null) return { why: refusal };
    const cells = await readQueuedCells(store);
    const { sorts, dataFolders, lacks } = await matchCells(cells, machine);
    if (sorts.length === 0) return { why: lacks.join('; ') };
    const takers = sorts.map(({ name, bytes }) => ({ worker: takerOf(queueName(id, name), redis, lockMs), bytes }));
    for (const { worker } of takers) await worker.startStalledCheckTimer();
    const byId = new Map(cells.map((cell) => [cell.id, cell]));
    return {
      id,
      store,
      settings,
      dataFolders,
      sharing: shared === undefined ? undefined : sharingOf(store, shared, { settings, cells: byId, tell }),
      cells: byId,
      needing: cellsNeeding(cells),
      queues: openRunQueues({ id, cells }, redis),
      takers,
      lacks,
      left: new AbortController(),
    };
  } catch (error) {
    // What is wrong with a folder or with data concerns that run alone.
    if (error instanceof UsageError) return { why: error.message };
    throw error;
  }
}

function sharingOf(
  store: Store,
  shared: SharedStore,
  { settings, cells, tell }: Pick<JoinedRun, 'settings' | 'cells'> & Pick<JoinOptions, 'tell'>,
): SharedRun {
  const computation = { ...settings, dataDigest: async ({ id }: { id: string }) => cells.get(id)?.data ?? null };
  return sharedRun({ store, shared, computation, keepWeights: settings.keepWeights, tell });
}

/** Ends what this worker does for a run. */
export async function leaveRun(run: JoinedRun): Promise<void> {
  run.left.abort();
  for (const { worker } of run.takers) await worker.close(true).catch(() => {});
  await run.queues.close();
}

/** Cells are taken by hand: how many at once depends on all runs together. */
function takerOf(name: string, connection: Redis, lockMs: number): Worker<CellJob> {
  const worker = new Worker<CellJob>(name, null, {
    connection,
    prefix,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: attempts - 1,
  });
  // What goes wrong with a cell is told where it is computed, interruptions by the connection.
  return worker.on('error', () => {});
}
