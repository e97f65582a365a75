import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../atomic-file.ts';
import { parseJson } from '../canonical-json.ts';
import { UsageError } from '../errors.ts';
import { readTextFile } from '../file-errors.ts';
import { definedSchema, trainedSchema } from './commit-runner.ts';

/** What a bisection was told by commits, so that one that is started again asks none of it twice. */

/** By what commits are told apart. */
export const ways = ['definition', 'weights', 'seeds'] as const;
export type Way = (typeof ways)[number];

const questionSchema = z.strictObject({
  suite: z.string(),
  profile: z.string(),
  cell: z.string(),
  good: z.string(),
  bad: z.string(),
  /** The way that was asked for; left out: the first that tells the ends apart. */
  by: z.enum(ways).optional(),
});
export type Question = z.infer<typeof questionSchema>;

const skippedSchema = z.strictObject({ skipped: z.string() });

const stateSchema = z.strictObject({
  version: z.literal(1),
  question: questionSchema,
  /** The cell by name, and its kind, once a commit has told. */
  cell: z.strictObject({ cell: z.string(), kind: z.string() }).nullable(),
  /** By commit. */
  defined: z.record(z.string(), z.union([skippedSchema, z.strictObject({ answer: definedSchema })])),
  /** By commit and place, then by cell. */
  trained: z.record(z.string(), z.record(z.string(), z.union([skippedSchema, trainedSchema]))),
});
export type BisectState = z.infer<typeof stateSchema>;

/** Bytes: definitions of a thousand commits. */
const largestState = 200e6;

function statePath(outDir: string): string {
  return join(outDir, 'bisect.json');
}

/**
 * The state of a bisection that goes on in a folder; a new one where it holds none.
 *
 * @throws UsageError where the folder holds another question's
 */
export async function readState(outDir: string, question: Question): Promise<BisectState> {
  const path = statePath(outDir);
  const text = await readTextFile(path, { most: largestState, remedy: 'begin anew with --fresh' });
  if (text === null) return { version: 1, question, cell: null, defined: {}, trained: {} };
  const parsed = stateSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new UsageError(`${path} is damaged; begin anew with --fresh.`);
  const state = parsed.data;
  const differing = (Object.keys(questionSchema.shape) as (keyof Question)[]).find(
    (name) => state.question[name] !== question[name],
  );
  if (differing === undefined) return state;
  throw new UsageError(
    `--out ${outDir}: holds a bisection with another ${differing} (${state.question[differing] ?? 'none'}); name another ` +
      'folder, or begin anew with --fresh.',
  );
}

/** Writes the state whole or not at all. */
export async function writeState(outDir: string, state: BisectState): Promise<void> {
  await writeFileAtomically(statePath(outDir), `${JSON.stringify(state, null, 1)}\n`);
}
