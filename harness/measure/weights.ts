import { createHash } from 'node:crypto';
import type { Variable } from '../engine/variable.ts';

/** SHA-256 over name, shape and float32 values of all variables in the order of their names. */
export function weightsDigest(variables: readonly Variable[]): string {
  const hash = createHash('sha256');
  for (const { name, value } of [...variables].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const values = value.dataSync() as Float32Array;
    hash.update(`${name}[${value.shape.join()}]`);
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
