import { onTestFinished } from 'vitest';
import { launchRedis, type RedisServer } from './redis-process.ts';

/** Starts a Redis server of this test's own, which ends with the test. */
export async function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  const server = await launchRedis(...settings);
  onTestFinished(server.remove);
  return server;
}
