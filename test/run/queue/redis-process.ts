import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Debian's Redis server, if it is installed; else why these tests do not run. */
const version = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
export const noRedis = version.status === 0 ? null : 'redis-server is not installed: apt-get install redis-server';

export interface RedisServer {
  port: number;
  url: string;
  /** Ends it, as a machine that fails does with `SIGKILL`; what it had appended stays. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
  /** Ends it, and removes its files. */
  remove(): Promise<void>;
}

/** Starts a Redis server on a free port, which appends each change to a file. */
export async function launchRedis(...settings: readonly string[]): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'factorbench-redis-'));
  const port = await freePort();
  let server: ReturnType<typeof spawn> | null = null;
  async function start(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'];
    server = spawn('redis-server', [...own, '--appendfsync', 'always', ...settings], { stdio: 'ignore' });
    while (!(await answers(port))) {
      if (server.exitCode !== null) throw new Error(`redis-server ended with exit code ${server.exitCode}`);
      await sleep(20);
    }
  }
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (server === null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    server = null;
    await ended;
  }
  await start();
  async function remove(): Promise<void> {
    await stop('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
  return { port, url: `redis://127.0.0.1:${port}`, start, stop, remove };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return /^(\+PONG|-NOAUTH)/.test(String(reply));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
