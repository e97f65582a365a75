import type { Redis } from 'ioredis';
import { parseJson } from '../../canonical-json.ts';
import {
  type RunNotice,
  runIdSchema,
  runNoticeSchema,
  runsKey,
  type WorkerNotice,
  workerNoticeSchema,
  workersKey,
} from './names.ts';

/** Which runs have cells for workers, and which workers there are, as they tell each other through Redis. */

/** A worker that has said nothing for so long is gone. */
const silenceMs = 15_000;

export async function announceRun(redis: Redis, { id, suite, profile }: RunNotice & { id: string }): Promise<void> {
  await redis.hset(runsKey, id, JSON.stringify({ suite, profile }));
}

export async function withdrawRun(redis: Redis, id: string): Promise<void> {
  await redis.hdel(runsKey, id);
}

/** The runs by their ids, and how many entries are none. */
export async function announcedRuns(redis: Redis): Promise<{ runs: Map<string, RunNotice>; strange: number }> {
  const runs = new Map<string, RunNotice>();
  const entries = Object.entries(await redis.hgetall(runsKey));
  for (const [id, text] of entries) {
    const notice = runNoticeSchema.safeParse(parseJson(text));
    if (runIdSchema.safeParse(id).success && notice.success) runs.set(id, notice.data);
  }
  return { runs, strange: entries.length - runs.size };
}

/** Says how a worker is; it is taken to be gone where it does not say so again. */
export async function noticeWorker(redis: Redis, id: string, notice: Omit<WorkerNotice, 'at'>): Promise<void> {
  await redis.hset(workersKey, id, JSON.stringify({ ...notice, at: await serverTime(redis) }));
}

export async function forgetWorker(redis: Redis, id: string): Promise<void> {
  await redis.hdel(workersKey, id);
}

/** The workers that are there, by their ids. What those that are gone said is removed. */
export async function noticedWorkers(redis: Redis): Promise<WorkerNotice[]> {
  const [now, entries] = await Promise.all([serverTime(redis), redis.hgetall(workersKey)]);
  const there: WorkerNotice[] = [];
  for (const [id, text] of Object.entries(entries)) {
    const notice = workerNoticeSchema.safeParse(parseJson(text));
    if (notice.success && Math.abs(now - notice.data.at) <= silenceMs) there.push(notice.data);
    else await redis.hdel(workersKey, id);
  }
  return there;
}

/** Milliseconds of the server's clock: those of machines differ. */
async function serverTime(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return 1000 * Number(seconds) + Number(microseconds) / 1000;
}
