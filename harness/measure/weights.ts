import { createHash } from 'node:crypto';
import type { Variable } from '../engine/variable.ts';

/** A weight's numbers, out of the engine. */
export interface NamedWeight {
  name: string;
  shape: readonly number[];
  values: Float32Array;
}

/** SHA-256 over name, shape and float32 values of all variables in the order of their names. */
export function weightsDigest(variables: readonly Variable[]): string {
  return digestOf(variables, ({ value }) => ({ shape: value.shape, values: value.dataSync() as Float32Array }));
}

/** The same of weights that have left the engine. */
export function digestOfWeights(weights: readonly NamedWeight[]): string {
  return digestOf(weights, (weight) => weight);
}

/** @param read gives a weight's numbers when its turn comes, so that not all lie in memory at once */
function digestOf<T extends { name: string }>(
  weights: readonly T[],
  read: (weight: T) => Omit<NamedWeight, 'name'>,
): string {
  const hash = createHash('sha256');
  for (const weight of [...weights].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { shape, values } = read(weight);
    hash.update(`${weight.name}[${shape.join()}]`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

/** How many trainable numbers there are, and how many of them are not zero. */
export function countParameters(variables: readonly Variable[]): { parameters: number; nonzero: number } {
  let [parameters, nonzero] = [0, 0];
  for (const variable of variables) {
    if (variable.role === 'statistic') continue;
    parameters += variable.size;
    for (const value of variable.value.dataSync()) if (value !== 0) nonzero++;
  }
  return { parameters, nonzero };
}
