import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BalancedFactors, Factorization } from '../tensor/balanced-factors.ts';
import type { FactorRequest } from './factor-thread.ts';

/** Multiply-accumulates, about, of half a second's factorizations: for less, starting threads does not pay. */
const worthThreads = 1e9;

/**
 * With fewer, matrices of 29 MB that share one cache cost more than threads give: WRN-28-10 took 97 s in two threads of
 * a machine of two, and 70 s in none.
 */
const fewestThreads = 4;

/**
 * The most threads at once. Each takes some ten times the bytes of its matrix, 0.3 GB where that is 1920 x 1920 as in
 * WRN-28-10, which 8 threads factorize in about the time of its two largest.
 */
const mostThreads = 8;

/**
 * Factorizes matrices side by side, where a cell may use several threads and the work is worth it.
 *
 * @returns the factors by the matrices' names; empty where it is not, and who needs factors computes them
 * @throws Error where a thread fails, naming its matrix
 */
export async function factorizedAhead(
  factorizations: ReadonlyMap<string, Factorization>,
  threads: number,
): Promise<ReadonlyMap<string, BalancedFactors>> {
  const count = threadsFor([...factorizations.values()], threads);
  return count === 0 ? new Map() : factorizedIn(count, factorizations);
}

/** How many threads matrices are factorized in, of those that may be used; 0 where that does not pay. */
export function threadsFor(factorizations: readonly Factorization[], threads: number): number {
  const work = factorizations.reduce((sum, factorization) => sum + workOf(factorization), 0);
  const count = Math.min(threads, factorizations.length, mostThreads);
  return threads < fewestThreads || count < 2 || work < worthThreads ? 0 : count;
}

/**
 * Factorizes matrices in so many threads, each in one of them, so that factors are the same to the bit however many
 * there are. Matrices are drawn here, one whenever a thread is free, the largest first. In the end no thread is left.
 *
 * @param entry the compiled `factor-thread.ts`
 * @throws Error where a thread fails, naming its matrix
 */
export async function factorizedIn(
  threads: number,
  factorizations: ReadonlyMap<string, Factorization>,
  entry: URL = new URL('./factor-thread.js', import.meta.url),
): Promise<Map<string, BalancedFactors>> {
  const waiting = [...factorizations].sort(([, a], [, b]) => workOf(b) - workOf(a));
  const found = new Map<string, BalancedFactors>();
  const workers: Worker[] = [];
  try {
    while (workers.length < threads) workers.push(new Worker(entry));
    await Promise.all(
      workers.map(async (worker) => {
        const failure = failureOf(worker);
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [name, factorization] = next;
          worker.postMessage(requestOf(factorization));
          found.set(name, await answerOf(worker, failure, name));
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return found;
}

/** Of the Gram matrix and its tridiagonalization, about. */
function workOf({ shape: [m, n] }: Factorization): number {
  return Math.min(m, n) ** 2 * (m + n);
}

function requestOf({ shape, rank, options, entries }: Factorization): FactorRequest {
  return { shape, entries: entries(), rank, options };
}

/** Rejects once the thread ends, which it does not of itself. */
function failureOf(worker: Worker): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`it ended with exit code ${code}`)));
  });
  // Threads that have nothing to do any more may end unheard.
  failure.catch(() => {});
  return failure;
}

async function answerOf(worker: Worker, failure: Promise<never>, name: string): Promise<BalancedFactors> {
  try {
    const [factors] = await Promise.race([once(worker, 'message'), failure]);
    return factors;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: the thread that factorizes its weights failed: ${why}`, { cause: error });
  }
}
