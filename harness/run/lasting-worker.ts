import { execa } from 'execa';
import { type DefinitionRequest, parseWorkerMessage, type WorkerMessage, type WorkerRequest } from './protocol.ts';
import type { WorkerListener } from './worker-process.ts';
import { type WorkerStart, workerStart } from './worker-start.ts';

export interface LastingWorkerOptions extends WorkerStart {
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
export function startLastingWorker({ signal, ...start }: LastingWorkerOptions): LastingWorker {
  const { program, args, options } = workerStart(start);
  const subprocess = execa(program, args, {
    ...options,
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
