import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from './atomic-file.ts';
import type { Variable } from './engine/variable.ts';
import { digestOfWeights } from './measure/weights.ts';
import { type FileTensor, parseSafetensors, safetensorsOf } from './safetensors.ts';

/** The final weights of a cell, kept beside its record for other cells and for the user: safetensors. */

/** What the metadata says of itself; another layout has another name. */
const format = 'factorbench-weights-1';

/** Weights by name. */
export type SavedWeights = ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>;

/** Whose weights they are. */
export interface WeightsKey {
  /** Of the cell. */
  id: string;
  /** Its weights digest, as its record has it. */
  digest: string;
}

/**
 * Writes a cell's weights, whole or not at all.
 *
 * @param of the key, and the cell's name, for people
 * @throws Error where a variable is not of floats, which are all that a weights digest is of
 */
export async function saveWeights(
  path: string,
  { cell, id, digest }: WeightsKey & { cell: string },
  variables: readonly Variable[],
): Promise<void> {
  const tensors = new Map(variables.map(({ name, value }): [string, FileTensor] => [name, tensorOf(name, value)]));
  await writeFileAtomically(path, safetensorsOf({ tensors, metadata: { format, cell, id, weights_digest: digest } }));
}

function tensorOf(name: string, value: Variable['value']): FileTensor {
  if (value.dtype !== 'float32') throw new Error(`weights are float32, but ${name} is ${value.dtype}`);
  return { dtype: 'F32', shape: value.shape, values: value.dataSync() as Float32Array };
}

/** The weights of a file; null where there is none, and where `weightsIn` gives none. */
export async function readWeights(path: string, key: WeightsKey): Promise<SavedWeights | null> {
  const file = await readWeightFile(path);
  return file === null ? null : weightsIn(file, key);
}

/** The bytes of a file of weights, whatever they are; null where there is none. */
export async function readWeightFile(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * The weights in a file's bytes; null where they are of another cell or other weights, and where they are damaged: what
 * they hold must have the digest.
 */
export function weightsIn(file: Buffer, { id, digest }: WeightsKey): SavedWeights | null {
  const parsed = parseSafetensors(file);
  if (parsed === null) return null;
  const { metadata, tensors } = parsed;
  if (metadata.format !== format || metadata.id !== id || metadata.weights_digest !== digest) return null;
  const weights = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const [name, { dtype, shape, values }] of tensors) {
    if (dtype !== 'F32') return null;
    weights.set(name, { shape, values });
  }
  const found = digestOfWeights([...weights].map(([name, weight]) => ({ name, ...weight })));
  return found === digest ? weights : null;
}
