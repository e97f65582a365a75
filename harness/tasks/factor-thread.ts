import { parentPort } from 'node:worker_threads';
import { balancedFactors, type SpectralOptions } from '../tensor/balanced-factors.ts';
import { ndArray } from '../tensor/nd-array.ts';

/** The entry of a thread: factorizes one matrix after another, as they come, and sends back the factors. */

/** What the thread is sent. */
export interface FactorRequest {
  shape: readonly [number, number];
  /** Row by row. */
  entries: Float32Array;
  rank: number;
  options: SpectralOptions;
}

parentPort?.on('message', ({ shape, entries, rank, options }: FactorRequest) => {
  const factors = balancedFactors(ndArray(shape, entries), rank, options);
  parentPort!.postMessage(factors, [factors.u.data.buffer, factors.v.data.buffer] as ArrayBuffer[]);
});
