import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { UsageError } from '../../errors.ts';
import { cleanTexts } from '../../foreign-text.ts';
import { profileNames } from '../../spec/words.ts';

const count = z.int().min(0);

/** `run.json`: what the last run into an output folder was told to do, with what, and how it ended. */
export const runFileSchema = z.strictObject({
  version: z.literal(1),
  suite: z.string(),
  profile: z.enum(profileNames),
  command_line: z.array(z.string()),
  options: z.record(z.string(), z.unknown()),
  versions: z.strictObject({ factorbench: z.string(), commit: z.string().nullable(), node: z.string() }),
  /** Several folders are separated as in PATH. */
  data: z.strictObject({ source: z.enum(['files', 'generated']), folder: z.string().nullable() }),
  started_at: z.string(),
  /** Null while it runs, and where it ended without a chance to say so. */
  finished_at: z.string().nullable(),
  /** Cells of the whole plan, before --only and --shard. */
  cells_of_plan: count,
  /** Cells that this run was to bring to a record. */
  planned: count,
  /** Of the planned cells, those that an earlier run had finished. */
  resumed: count,
  completed: count,
  diverged: count,
  failed: count,
  interrupted: z.boolean(),
  exit_code: z.int().nullable(),
});
export type RunFile = z.infer<typeof runFileSchema>;

/** Writes `run.json` atomically. */
export async function writeRunFile(outDir: string, run: RunFile): Promise<void> {
  await writeFileAtomically(join(outDir, 'run.json'), `${JSON.stringify(runFileSchema.parse(run), null, 2)}\n`);
}

/** Reads `run.json`; null where there is none. Throws UsageError where it is damaged. */
export async function readRunFile(outDir: string): Promise<RunFile | null> {
  const path = join(outDir, 'run.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const parsed = runFileSchema.safeParse(cleanTexts(parseJson(text)));
  if (!parsed.success) throw new UsageError(`${path} is damaged; remove it, or run the suite again.`);
  return parsed.data;
}

/** The versions that a run is made with. `commit` is null outside a git checkout and where git is missing. */
export async function readVersions(root: string): Promise<RunFile['versions']> {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const git = await execa('git', ['rev-parse', 'HEAD'], { cwd: root, reject: false });
  const commit = git.exitCode === 0 && git.stdout !== '' ? git.stdout : null;
  return { factorbench: manifest.version, commit, node: process.version };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
