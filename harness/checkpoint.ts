import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeFileAtomically } from './atomic-file.ts';
import { type CheckpointHeader, parseCheckpoint } from './checkpoint-file.ts';
import { tf } from './engine/tensorflow.ts';
import type { Variable } from './engine/variable.ts';
import { explainFileError } from './file-errors.ts';
import type { CurvePoint } from './record.ts';
import { entryOf, tensorFileOf, valuesOf } from './tensor-file.ts';

/** A checkpoint: the state of a cell between two parts of its training, a file of tensors. */

export interface CheckpointKey {
  id: string;
  computation: Readonly<Record<string, string | number | undefined>>;
}

/** Writes the state after a part of the training, replacing the previous file in one step. */
export async function saveCheckpoint(
  path: string,
  key: CheckpointKey,
  curve: readonly CurvePoint[],
  variables: readonly Variable[],
): Promise<void> {
  const header: CheckpointHeader = {
    version: 3,
    ...key,
    curve: [...curve],
    variables: variables.map(entryOf),
  };
  await writeFileAtomically(path, tensorFileOf(header, variables));
}

export type Restored =
  | { state: 'restored'; curve: CurvePoint[] }
  | { state: 'absent' }
  /** Present, but not to be continued; the reason is for people. */
  | { state: 'refused'; reason: string };

/**
 * Sets the variables to a checkpoint's values. A file with damage, of another cell or another computation is refused,
 * and the variables stay as they are.
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
    throw explainFileError(error, { done: 'read', path });
  }
  const parsed = parseCheckpoint(file);
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
  const expected = JSON.stringify(variables.map(entryOf));
  if (JSON.stringify(header.variables) !== expected) {
    return { state: 'refused', reason: 'the checkpoint holds other variables; trained from the start' };
  }
  const restored = valuesOf(values, header.variables);
  for (const [index, variable] of variables.entries()) {
    variable.assign(tf.tensor(restored[index] ?? [], variable.value.shape));
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
