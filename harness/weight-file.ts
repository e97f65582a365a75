import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-file.ts';
import type { Variable } from './engine/variable.ts';
import { entryOf, parseTensorFile, tensorFileOf, valuesOf } from './tensor-file.ts';

/** The final weights of a cell that other cells read from, beside its record. */

const headerSchema = z.strictObject({
  version: z.literal(1),
  /** Of the cell. */
  id: z.string(),
  /** Its weights digest, as its record has it. */
  digest: z.string(),
  variables: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int().min(0)) })),
});

/** Weights by name. */
export type SavedWeights = ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>;

/** Whose weights they are. */
export interface WeightsKey {
  id: string;
  digest: string;
}

/** Writes a cell's weights, whole or not at all. */
export async function saveWeights(path: string, key: WeightsKey, variables: readonly Variable[]): Promise<void> {
  const header: z.input<typeof headerSchema> = { version: 1, ...key, variables: variables.map(entryOf) };
  await writeFileAtomically(path, tensorFileOf(header, variables));
}

/** The weights of a file; null where there is none, where it is damaged, or of another cell or other weights. */
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

/** The weights in a file's bytes; null where these are damaged, or of another cell or other weights. */
export function weightsIn(file: Buffer, { id, digest }: WeightsKey): SavedWeights | null {
  const parsed = parseTensorFile(file);
  const header = headerSchema.safeParse(parsed?.header);
  if (parsed === null || !header.success || header.data.id !== id || header.data.digest !== digest) return null;
  const { variables } = header.data;
  const values = valuesOf(parsed.values, variables);
  return new Map(variables.map(({ name, shape }, i) => [name, { shape, values: values[i] ?? new Float32Array() }]));
}
