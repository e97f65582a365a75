import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-file.ts';
import { tf } from './engine/tensorflow.ts';
import type { Variable } from './engine/variable.ts';
import { type EpochPoint, epochSchema } from './record.ts';

/**
 * A checkpoint file: the SHA-256 of all that follows, 4 bytes of header length, the header as JSON, then all variables'
 * float32 values.
 */

const headerSchema = z.strictObject({
  version: z.literal(2),
  /** Id of the cell: another configuration's checkpoint is not continued. */
  id: z.string(),
  /** What the finished epochs were computed by and on, by name: continuing elsewhere would give a mixed result. */
  computation: z.record(z.string(), z.union([z.string(), z.number()])),
  curve: z.array(epochSchema),
  variables: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int()) })),
});

export interface CheckpointKey {
  id: string;
  computation: Readonly<Record<string, string | number>>;
}

/** Writes the state after an epoch, replacing the previous file in one step. */
export async function saveCheckpoint(
  path: string,
  key: CheckpointKey,
  curve: readonly EpochPoint[],
  variables: readonly Variable[],
): Promise<void> {
  const values = Buffer.concat(
    variables.map(({ value }) => {
      const data = value.dataSync() as Float32Array;
      return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    }),
  );
  const header = Buffer.from(
    JSON.stringify({
      version: 2,
      ...key,
      curve: [...curve],
      variables: variables.map(({ name, value }) => ({ name, shape: value.shape })),
    } satisfies z.input<typeof headerSchema>),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const content = Buffer.concat([length, header, values]);
  await writeFileAtomically(path, Buffer.concat([sha256(content), content]));
}

export type Restored =
  | { state: 'restored'; curve: EpochPoint[] }
  | { state: 'absent' }
  /** Present, but not to be continued; the reason is for people. */
  | { state: 'refused'; reason: string };

/**
 * Sets the variables to a checkpoint's values. A file with damage, of another cell or another computation is refused, and
 * the variables stay as they are.
 */
export async function restoreCheckpoint(
  path: string,
  key: CheckpointKey,
  variables: readonly Variable[],
): Promise<Restored> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'absent' };
    throw error;
  }
  const parsed = parse(file);
  if (parsed === null)
    return { state: 'refused', reason: 'the checkpoint is damaged, or of an earlier version; trained from the start' };
  const { header, values } = parsed;
  if (header.id !== key.id)
    return { state: 'refused', reason: 'the checkpoint is of another configuration; trained from the start' };
  const changed = changesBetween(header.computation, key.computation);
  if (changed.length > 0) {
    const reason = `${basename(path)} was made with another ${changed.join(', ')}; trained from the start`;
    return { state: 'refused', reason };
  }
  const expected = JSON.stringify(variables.map(({ name, value }) => ({ name, shape: value.shape })));
  if (JSON.stringify(header.variables) !== expected) {
    return { state: 'refused', reason: 'the checkpoint holds other variables; trained from the start' };
  }
  let offset = 0;
  for (const variable of variables) {
    const data = new Float32Array(variable.size);
    values.copy(new Uint8Array(data.buffer), 0, offset, offset + data.byteLength);
    variable.assign(tf.tensor(data, variable.value.shape));
    offset += data.byteLength;
  }
  return { state: 'restored', curve: header.curve };
}

/** The names whose values differ. */
function changesBetween(before: CheckpointKey['computation'], now: CheckpointKey['computation']): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).map((name) => spoken[name] ?? name);
}

/** What people call these. */
const spoken: Readonly<Record<string, string>> = {
  data: 'data set (other images, or other text and so another vocabulary)',
  threads: 'number of threads',
  instruction_set: 'instruction set',
  binding: 'build of TensorFlow',
  flags: 'setting of environment variables',
};

const digestBytes = 32;

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

/** The parts of a checkpoint; null where the file is not what was written. */
function parse(file: Buffer): { header: z.infer<typeof headerSchema>; values: Buffer } | null {
  const content = file.subarray(digestBytes);
  if (!sha256(content).equals(file.subarray(0, digestBytes))) return null;
  const end = 4 + content.readUInt32LE(0);
  const header = headerSchema.safeParse(JSON.parse(content.toString('utf8', 4, end)));
  return header.success ? { header: header.data, values: content.subarray(end) } : null;
}
