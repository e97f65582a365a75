import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { cleanText } from '../../foreign-text.ts';
import type { QueueAddress } from './address.ts';
import { unlessEnded, whyOf } from './asking.ts';
import { type JoinedRun, type JoinOptions, joinRun, leaveRun } from './joined-run.ts';
import type { CellJob } from './names.ts';
import { openRedis } from './redis.ts';
import { announcedRuns, forgetWorker, noticeWorker } from './registry.ts';
import { openRoom } from './room.ts';
import { type ComputeCell, workOn } from './work-on.ts';

export interface ServeQueueOptions extends Omit<JoinOptions, 'redis'> {
  address: QueueAddress;
  compute: ComputeCell;
  /** Cells at once. */
  jobs: number;
  /** Seconds without a cell after which the worker ends; undefined: it never does. */
  idleSeconds?: number | undefined;
  signal: AbortSignal;
  /** Milliseconds between two looks at the runs. */
  lookMs?: number;
}

/** A cell whose turn it is here. */
interface Taken {
  job: Job<CellJob>;
  run: JoinedRun;
  token: string;
  /** Gives its memory back. */
  leave(peak: number | null): void;
}

/** Milliseconds between two questions for a cell where there was none. */
const pauseMs = 250;
/** Milliseconds after which a run that was refused is looked at again: its folder may come to be shared. */
const secondLookMs = 10_000;

/**
 * Takes cells of all runs of a queue that this machine can compute, the runs in turn, until `signal` ends it, or
 * nothing was to be done for as long as was asked. What it computes then is given back.
 *
 * @throws UsageError where the server cannot be reached at the start, or where a cell shows that further ones would fail
 */
export async function serveQueue(options: ServeQueueOptions): Promise<void> {
  const { address, jobs, machine, tell, lookMs = 2000, idleSeconds } = options;
  const redis = await openRedis(address, tell);
  tell(`Takes cells from ${address.shown}, ${jobs} at once.`);
  const id = randomUUID();
  const joined = new Map<string, JoinedRun>();
  const refused = new Map<string, { why: string; at: number }>();
  const failure = new AbortController();
  const idle = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal, idle.signal]);
  let problem: unknown = null;
  let running = 0;
  const room = openRoom(machine.memory);
  let lastCell = performance.now();

  /** Asks all queues for a cell, once. */
  async function take(): Promise<Taken | null> {
    for (const run of joined.values()) {
      for (const { worker, bytes } of run.takers) {
        if (!room.fits(bytes)) continue;
        const token = randomUUID();
        const job = await worker.getNextJob(token, { block: false });
        if (job) return { job, run, token, leave: room.take(bytes) };
      }
    }
    return null;
  }

  // While there is nothing, one lane asks for all.
  let asking: Promise<unknown> = Promise.resolve();
  async function takeInTurn() {
    const turn = asking.then(async () => {
      if (signal.aborted) return null;
      const taken = await take();
      if (taken !== null) running++;
      return taken;
    });
    asking = turn.catch(() => {});
    return turn;
  }

  async function lane(): Promise<void> {
    while (!signal.aborted) {
      const taken = await takeInTurn().catch((error) => {
        if (!signal.aborted) tell(`The queue could not be asked: ${whyOf(error)}`);
        return null;
      });
      if (taken === null) {
        const idleFor = (performance.now() - lastCell) / 1000;
        if (running === 0 && idleSeconds !== undefined && idleFor >= idleSeconds) idle.abort();
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
        continue;
      }
      const { job, run, token, leave } = taken;
      let peak: number | null = null;
      const compute: ComputeCell = async (...given) => {
        const record = await options.compute(...given);
        if (record !== null && record.status !== 'failed') peak = record.rss_peak_bytes;
        return record;
      };
      try {
        await workOn(job, run, { ...options, token, compute, signal });
      } finally {
        leave(peak);
        running--;
        lastCell = performance.now();
      }
    }
  }

  async function look(): Promise<void> {
    const { runs, strange } = await announcedRuns(redis);
    if (strange > 0 && !refused.has('strange')) {
      tell(`Refused: ${strange} entries among the queue's runs are none.`);
      refused.set('strange', { why: 'no run', at: Number.POSITIVE_INFINITY });
    }
    for (const [runId, run] of joined) {
      if (runs.has(runId)) continue;
      joined.delete(runId);
      await leaveRun(run);
    }
    for (const [runId, notice] of runs) {
      const earlier = refused.get(runId);
      if (joined.has(runId) || (earlier !== undefined && performance.now() - earlier.at < secondLookMs)) continue;
      const run = await joinRun(runId, notice, { ...options, redis });
      if ('why' in run) {
        if (run.why !== earlier?.why) tell(`${notice.suite}, ${notice.profile}: takes no cells of it: ${run.why}.`);
        refused.set(runId, { why: run.why, at: performance.now() });
        continue;
      }
      refused.delete(runId);
      joined.set(runId, run);
      tell(`${notice.suite}, ${notice.profile}: takes cells of it.`);
      for (const lack of run.lacks) tell(`${notice.suite}, ${notice.profile}: leaves some to others: ${lack}.`);
    }
    await noticeWorker(redis, id, {
      host: hostname(),
      running,
      runs: [...joined.keys()].slice(0, 100),
      refuses: [...refused].flatMap(([run, { why }]) => (runs.has(run) ? [{ run, why: cleanText(why, 500) }] : [])),
    });
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      await unlessEnded(look(), signal).catch((error) => {
        if (!signal.aborted) tell(`The queue could not be asked: ${whyOf(error)}`);
      });
      await sleep(lookMs, undefined, { signal }).catch(() => {});
    }
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      problem ??= error;
      failure.abort();
    }
  }

  const done = new AbortController();
  signal.addEventListener('abort', () => void letGo(redis, done.signal), { once: true });
  await Promise.all([guarded(watch), ...Array.from({ length: jobs }, () => guarded(lane))]);
  done.abort();
  for (const run of joined.values()) await unlessLate(leaveRun(run));
  await unlessLate(forgetWorker(redis, id));
  redis.disconnect();
  if (problem !== null) throw problem;
}

/** Milliseconds that the last words to the server may take. */
const farewellMs = 5000;

/**
 * Where the worker ends, what still waits for a server that is away fails at once, and for one that does not answer
 * soon.
 */
async function letGo(redis: Redis, done: AbortSignal): Promise<void> {
  const endsAt = performance.now() + 2 * farewellMs;
  while (!done.aborted && redis.status === 'ready' && performance.now() < endsAt) {
    await sleep(farewellMs / 10, undefined, { signal: done }).catch(() => {});
  }
  if (!done.aborted) redis.disconnect();
}

async function unlessLate(work: Promise<unknown>): Promise<void> {
  const soon = new AbortController();
  await Promise.race([work, sleep(farewellMs, undefined, { signal: soon.signal }).catch(() => {})])
    .catch(() => {})
    .finally(() => soon.abort());
  work.catch(() => {});
}
