import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../harness/atomic-file.ts';
import { UsageError } from '../harness/errors.ts';
import { readTextFile } from '../harness/file-errors.ts';
import { cleanTexts } from '../harness/foreign-text.ts';
import { type TuningFile, tuningFileSchema } from '../harness/spec/tuning.ts';
import type { ProfileName } from '../harness/spec/words.ts';
import { baselinesFolder } from './baseline-file.ts';

/** Bytes: room for the grids of ten thousand arms. */
const largestFile = 16e6;

/** The file of what was found for the tuned arms of a suite's profile. */
export function tuningPath(suite: string, profile: ProfileName, dir: string = baselinesFolder()): string {
  return path.join(dir, `${suite}.${profile}.tuning.json`);
}

/**
 * The stored choices of a suite's profile; null where there is no file.
 *
 * @throws UsageError for a file that holds something else
 */
export async function readTuning(suite: string, profile: ProfileName, dir?: string): Promise<TuningFile | null> {
  const file = tuningPath(suite, profile, dir);
  const remedy = `Restore it from version control, or find it anew with npm run tune -- ${suite} --profile ${profile}.`;
  const text = await readTextFile(file, { most: largestFile, remedy });
  if (text === null) return null;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`Choices ${file}: cannot be read (${(error as Error).message}). ${remedy}`, { cause: error });
  }
  const parsed = tuningFileSchema.safeParse(cleanTexts(data));
  if (!parsed.success) {
    throw new UsageError(`Choices ${file}: not what tune writes:\n${z.prettifyError(parsed.error)}\n${remedy}`);
  }
  if (parsed.data.suite === suite && parsed.data.profile === profile) return parsed.data;
  throw new UsageError(
    `Choices ${file}: holds those of ${parsed.data.suite}, ${parsed.data.profile}. Rename it. ${remedy}`,
  );
}

/** Writes the choices whole or not at all, arms by name. Returns the file's path. */
export async function writeTuning(tuning: TuningFile, dir?: string): Promise<string> {
  const file = tuningPath(tuning.suite, tuning.profile, dir);
  const { choices, ...head } = tuningFileSchema.parse(tuning);
  const sorted = choices.toSorted((left, right) => (left.arm < right.arm ? -1 : 1));
  await writeFileAtomically(file, `${JSON.stringify({ ...head, choices: sorted }, null, 2)}\n`, null);
  return file;
}
