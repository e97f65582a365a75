import { z } from 'zod';
import { curvePointSchema } from './record.ts';
import { parseTensorFile } from './tensor-file.ts';

/** What a checkpoint's file holds, read without the engine. */

const headerSchema = z.strictObject({
  version: z.literal(3),
  /** Id of the cell: another configuration's checkpoint is not continued. */
  id: z.string(),
  /** What the finished parts were computed by and on, by name: continuing elsewhere would give a mixed result. */
  computation: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
  curve: z.array(curvePointSchema),
  variables: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int()) })),
});
export type CheckpointHeader = z.infer<typeof headerSchema>;

/** The parts of a checkpoint; null where the file is not what was written. */
export function parseCheckpoint(file: Buffer): { header: CheckpointHeader; values: Buffer } | null {
  const parsed = parseTensorFile(file);
  const header = headerSchema.safeParse(parsed?.header);
  if (parsed === null || !header.success) return null;
  const sizes = header.data.variables.map(({ shape }) => shape.reduce((size, length) => size * length, 1));
  const bytes = Float32Array.BYTES_PER_ELEMENT * sizes.reduce((sum, size) => sum + size, 0);
  return parsed.values.length === bytes ? { header: header.data, values: parsed.values } : null;
}

/** The points of the curve that a cell has behind it in a checkpoint's file; null where it is no checkpoint of that cell. */
export function pointsIn(file: Buffer, { id }: { id: string }): number | null {
  const header = parseCheckpoint(file)?.header;
  return header?.id === id ? header.curve.length : null;
}
