import { constants } from 'node:os';
import { execa } from 'execa';
import { UsageError } from '../errors.ts';

export interface PeerOptions {
  /** Threads that the peer is told to use, by OMP_NUM_THREADS and MKL_NUM_THREADS. */
  threads: number;
  /** The peer's environment, before these are added. */
  env: NodeJS.ProcessEnv;
  /** It is ended after so many seconds. */
  limitSeconds: number;
}

const shownErrorLines = 15;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs another program that measures the same step, through the shell, and gives the milliseconds of its step: the
 * number `step_ms` of the last line of its output that holds a JSON object.
 *
 * @throws UsageError where the program fails, takes too long, prints no JSON object, or no positive finite `step_ms`;
 *   it names the command, its exit code and the end of what it wrote to stderr
 */
export async function runPeer(command: string, { threads, env, limitSeconds }: PeerOptions): Promise<number> {
  const child = execa({
    shell: true,
    stdin: 'ignore',
    reject: false,
    extendEnv: false,
    // A group of its own, so that it can be ended with all that the shell started.
    detached: true,
    env: { ...env, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) },
  })(command, []);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    endGroup(child);
  }, limitSeconds * 1000);
  const result = await endingWithUs(child).finally(() => clearTimeout(limit));
  const refuse = (reason: string) => {
    const ended = result.exitCode === undefined ? result.shortMessage : `exit code ${result.exitCode}`;
    const tail = result.stderr.trimEnd().split('\n').slice(-shownErrorLines).join('\n');
    return new UsageError(`--peer ${command}: ${reason} (${ended}); its stderr ends with:\n${tail || '(nothing)'}`);
  };
  if (late) throw refuse(`it took longer than ${limitSeconds} s; give it more with --peer-limit`);
  if (result.failed) throw refuse('the program failed');
  const measured = lastJsonObject(result.stdout);
  if (measured === null) throw refuse('no line of its stdout is a JSON object; print {"step_ms": NUMBER} at the end');
  const { step_ms: milliseconds } = measured;
  if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds) || milliseconds <= 0) {
    const got = typeof milliseconds === 'number' ? milliseconds : JSON.stringify(milliseconds);
    throw refuse(`step_ms must be a positive number of milliseconds, got ${got}`);
  }
  return milliseconds;
}

/** The last line that is a JSON object; null where there is none. */
function lastJsonObject(output: string): Record<string, unknown> | null {
  for (const line of output.split('\n').reverse()) {
    if (!line.trim().startsWith('{')) continue;
    try {
      return JSON.parse(line) as Record<string, unknown>;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // Other lines may look like JSON at their start, a dictionary that was printed, for instance. But a measurement
      // that
      // is no JSON, as Python prints NaN, must not be replaced by an earlier one: the caller shows and refuses it.
      if (line.includes('"step_ms"')) return { step_ms: line.trim() };
    }
  }
  return null;
}

/** Ends a program with all that it started. */
function endGroup({ pid }: { pid?: number | undefined }): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

/** Waits for a process group; if this program is told to end meanwhile, the group ends first. */
async function endingWithUs<T>(child: PromiseLike<T> & { pid?: number | undefined }): Promise<T> {
  const ends = signals.map((signal) => {
    const end = () => {
      endGroup(child);
      process.exit(128 + constants.signals[signal]);
    };
    process.once(signal, end);
    return [signal, end] as const;
  });
  try {
    return await child;
  } finally {
    for (const [signal, end] of ends) process.off(signal, end);
  }
}
