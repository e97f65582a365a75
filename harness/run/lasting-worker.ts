import { execa } from 'execa';
import { engineEnvironment } from '../engine/environment.ts';
import type { Arithmetic } from '../fingerprint.ts';
import { type DefinitionRequest, parseWorkerMessage, type WorkerMessage, type WorkerRequest } from './protocol.ts';
import type { WorkerListener } from './worker-process.ts';

export interface LastingWorkerOptions {
  /** The worker's entry. */
  workerPath: string;
  arithmetic: Arithmetic;
  /** Program and first arguments that start Node, where it is not the one that runs this. */
  node?: readonly string[] | undefined;
  /** Variables of its environment beside this process's own. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Ends it. */
  signal: AbortSignal;
}

/** What came of a request: the last message of its answer, or how the worker ended before. */
export type Answer = Exclude<WorkerMessage, { type: 'progress' | 'point' }> | { type: 'gone'; reason: string };

/** A worker process that answers one request after another. */
export interface LastingWorker {
  /** One at a time. */
  ask(request: WorkerRequest | DefinitionRequest, listener?: WorkerListener): Promise<Answer>;
  hasEnded(): boolean;
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a worker process that stays until it is ended, its parent goes away or it breaks. */
export function startLastingWorker({
  workerPath,
  arithmetic,
  node,
  env = {},
  signal,
}: LastingWorkerOptions): LastingWorker {
  const [program = process.execPath, ...first] = node ?? [];
  const subprocess = execa(program, [...first, workerPath], {
    ipc: true,
    // The richer format of messages changes with the versions of Node; what is sent fits both.
    serialization: (node === undefined ? 'advanced' : 'json') as 'advanced',
    env: engineEnvironment({ ...process.env, ...env }, arithmetic),
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    maxBuffer: { stderr: 10_000 },
    cancelSignal: signal,
  });
  let ended = false;
  let onMessage: (message: WorkerMessage | null) => void = () => undefined;
  subprocess.on('message', (came: unknown) => {
    const read = parseWorkerMessage(came);
    onMessage('message' in read ? read.message : { type: 'error', message: read.strange, usage: false });
  });
  const end = subprocess.then((result) => {
    ended = true;
    onMessage(null);
    return result;
  });
  return {
    async ask(request, listener) {
      const told = new Promise<Exclude<Answer, { type: 'gone' }> | null>((resolve) => {
        onMessage = (message) => {
          if (message?.type === 'progress') listener?.onProgress(message.progress);
          else if (message?.type === 'point') listener?.onPoint(message.point);
          else resolve(message);
        };
        if (ended) resolve(null);
      });
      // A worker that is gone before it is told anything is reported by its own end.
      await subprocess.sendMessage(request as never).catch(() => undefined);
      const message = await told;
      if (message !== null) return message;
      const { stderr, exitCode, signal: killedBy } = await end;
      const how = killedBy === undefined ? `ended with exit code ${exitCode ?? 'none'}` : `was killed by ${killedBy}`;
      return { type: 'gone', reason: `The worker ${how}: ${String(stderr).slice(-500)}` };
    },
    hasEnded: () => ended,
    async end(by) {
      subprocess.kill(by);
      await end;
    },
  };
}
