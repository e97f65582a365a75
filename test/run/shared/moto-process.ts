import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../queue/redis-process.ts';
import { motoProgram } from './moto-place.mjs';

/** moto's server of buckets, if it is installed; else why these tests do not run. */
export const noMoto = existsSync(motoProgram) ? null : 'moto is not installed: node test/run/shared/install-moto.mjs';

export interface MotoServer {
  url: string;
  /** What a shell would have to use it. */
  env: NodeJS.ProcessEnv;
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server of buckets, which keeps them in its memory, on a free port. */
export async function launchMoto(env: NodeJS.ProcessEnv = {}): Promise<MotoServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server: ChildProcess = spawn(motoProgram, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
  const answers = () =>
    fetch(`${url}/moto-api/`, { method: 'HEAD' }).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with exit code ${server.exitCode}`);
    await sleep(50);
  }
  return {
    url,
    env: { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
    async createBucket(name) {
      const { status } = await fetch(`${url}/${name}`, { method: 'PUT' });
      if (status !== 200) throw new Error(`moto answers ${status} to the creation of ${name}`);
    },
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
