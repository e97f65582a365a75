import { engineEnvironment } from '../engine/environment.ts';
import type { Arithmetic } from '../fingerprint.ts';

export interface WorkerStart {
  /** The worker's entry. */
  workerPath: string;
  arithmetic: Arithmetic;
  /** Program and first arguments that start Node, where it is not the one that runs this: another version, an emulator. */
  node?: readonly string[] | undefined;
  /** Variables of its environment beside this process's own. */
  env?: Readonly<Record<string, string>> | undefined;
}

/** How a worker process is started, and talked to. */
export function workerStart({ workerPath, arithmetic, node, env = {} }: WorkerStart) {
  const [program = process.execPath, ...first] = node ?? [];
  const options = {
    ipc: true,
    // The richer format of messages changes with the versions of Node; what is sent fits both.
    serialization: (node === undefined ? 'advanced' : 'json') as 'advanced',
    env: engineEnvironment({ ...process.env, ...env }, arithmetic),
    reject: false,
    stdin: 'ignore',
  } as const;
  return { program, args: [...first, workerPath], options };
}
