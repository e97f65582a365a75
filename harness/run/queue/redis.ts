import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { UsageError } from '../../errors.ts';
import { cleanText } from '../../foreign-text.ts';
import type { QueueAddress } from './address.ts';

/** Milliseconds in which a server must answer at the start. */
const startMs = 10_000;
/** A connection that brings nothing for so long, with a question open, is cut: commands wait for at most 10 s. */
const silenceMs = 30_000;
/** The longest wait between two attempts to connect again. */
const longestPauseMs = 2000;

/**
 * Connects to a Redis server. Later the connection is made again whenever it is lost, for as long as it takes: commands
 * wait for it.
 *
 * @param tell receives a line when the server can no longer be reached, and when it can again
 * @throws UsageError where it cannot be reached at the start, refuses the user, or may drop cells
 */
export async function openRedis(address: QueueAddress, tell: (line: string) => void): Promise<Redis> {
  const client = new Redis({
    ...address.options(),
    maxRetriesPerRequest: null,
    connectTimeout: startMs,
    socketTimeout: silenceMs,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), longestPauseMs),
  });
  let last: Error | null = null;
  client.on('error', (error) => {
    last = error;
  });
  const late = new AbortController();
  try {
    const started = client.connect().then(() => client.info('memory'));
    const timeout = sleep(startMs, null, { signal: late.signal }).catch(() => null);
    const memory = await Promise.race([started, timeout]);
    if (memory === null) throw new Error(`it did not answer in ${startMs / 1000} s`);
    refuseForgetful(address, memory);
  } catch (error) {
    client.disconnect();
    if (error instanceof UsageError) throw error;
    // What is thrown says that the connection is closed; what was told before, why.
    const why = cleanText(String((last as Error | null)?.message || (error as Error).message));
    throw new UsageError(
      `--queue ${address.shown}: cannot be used: ${why}. Start Redis there, or give its address; user and password ` +
        'may stand in the address or the environment.',
    );
  } finally {
    late.abort();
  }
  tellInterruptions(client, address, tell);
  return client;
}

/** A server that removes keys where memory is short would lose cells that wait. */
function refuseForgetful({ shown }: QueueAddress, memory: string): void {
  const fieldOf = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(memory)?.[1];
  const policy = fieldOf('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction' || fieldOf('maxmemory') === '0') return;
  throw new UsageError(
    `--queue ${shown}: has maxmemory-policy ${policy}, by which it may drop cells; set it to noeviction.`,
  );
}

function tellInterruptions(client: Redis, { shown }: QueueAddress, tell: (line: string) => void): void {
  let away = false;
  client.on('close', () => {
    if (away || client.status === 'end') return;
    away = true;
    tell(`${shown} cannot be reached; waiting for it.`);
  });
  client.on('ready', () => {
    if (away) tell(`${shown} is there again.`);
    away = false;
  });
}
