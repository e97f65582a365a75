import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { canonicalJson, parseJson } from '../../canonical-json.ts';
import { shortDigest } from '../../digest.ts';
import { UsageError } from '../../errors.ts';
import { readTextFile } from '../../file-errors.ts';
import { cleanTexts } from '../../foreign-text.ts';
import { nightSchema } from '../../night.ts';
import { nameSchema, profileNames } from '../../spec/words.ts';

const count = z.int().min(0);
/** Bytes: room for the names of a hundred thousand cells. */
const largestRunFile = 64e6;
/** Ids of cells by name, in the plan's order. */
const cellIdsSchema = z.record(z.string(), z.string());
export type CellIds = z.infer<typeof cellIdsSchema>;

/** `run.json`: what the last run into an output folder was told to do, with what, and how it ended. */
export const runFileSchema = z.strictObject({
  version: z.literal(1),
  suite: nameSchema,
  profile: z.enum(profileNames),
  /** The date that decided the seeds; absent: they are the profile's. */
  night: nightSchema.optional(),
  command_line: z.array(z.string()),
  options: z.record(z.string(), z.unknown()),
  versions: z.strictObject({
    factorbench: z.string(),
    commit: z.string().nullable(),
    /** Whether tracked files differed from the commit; null where that cannot be told, absent before it was recorded. */
    dirty: z.boolean().nullable().optional(),
    /** Digest of the files that differed, with their content; null where none did or that cannot be told. */
    changes: z.string().nullable().optional(),
    node: z.string(),
  }),
  /** Several folders are separated as in PATH. */
  data: z.strictObject({ source: z.enum(['files', 'generated']), folder: z.string().nullable() }),
  started_at: z.string(),
  /** Null while it runs, and where it ended without a chance to say so. */
  finished_at: z.string().nullable(),
  /** Cells of the whole plan, before --only and --shard. */
  cells_of_plan: count,
  /** Cells that this run was to bring to a record. */
  planned: count,
  /**
   * The whole plan, before --only and --shard. Absent in files of before it was recorded: only the numbers are known.
   */
  plan_cells: cellIdsSchema.optional(),
  /** Cells of the plan that this run, or an earlier one into the same folder, was to bring to a record. */
  planned_cells: cellIdsSchema.optional(),
  /** Why cells that were asked for could not be planned; absent: none. */
  refusals: z.array(z.string()).optional(),
  /** Of the planned cells, those that an earlier run had finished. */
  resumed: count,
  completed: count,
  diverged: count,
  failed: count,
  interrupted: z.boolean(),
  exit_code: z.int().nullable(),
});
export type RunFile = z.infer<typeof runFileSchema>;

const onlySchema = z.array(z.string().min(1)).min(1);

/** The globs of `--only` that a run was given; null: it was of the whole plan, or tried something out, which is its plan. */
export function onlyOf({ options: { only, set, limit } }: RunFile): readonly string[] | null {
  const isTrial = limit !== undefined || (Array.isArray(set) && set.length > 0);
  const given = onlySchema.safeParse(only);
  return given.success && !isTrial ? given.data : null;
}

/** Writes `run.json` atomically. */
export async function writeRunFile(outDir: string, run: RunFile): Promise<void> {
  await writeFileAtomically(join(outDir, 'run.json'), `${JSON.stringify(runFileSchema.parse(run), null, 2)}\n`);
}

/** Reads `run.json`; null where there is none. Throws UsageError where it is damaged. */
export async function readRunFile(outDir: string): Promise<RunFile | null> {
  const path = join(outDir, 'run.json');
  const text = await readTextFile(path, { most: largestRunFile, remedy: 'run the suite again' });
  if (text === null) return null;
  const parsed = runFileSchema.safeParse(cleanTexts(parseJson(text)));
  if (!parsed.success) throw new UsageError(`${path} is damaged; remove it, or run the suite again.`);
  return parsed.data;
}

/** What runs are compared with, and the nights that ran: no result depends on it, but what `tune` chose is trained with. */
const comparedWith = /^baselines\/(?!.*\.tuning\.json$).*\.jsonl?$/;

/**
 * The versions that a run is made with. What git knows is null outside a git checkout and where git is missing. Files
 * that git does not track do not count: output folders may lie among them; nor do stored baselines, so that one suite
 * can be accepted before the next one runs.
 */
export async function readVersions(root: string): Promise<RunFile['versions']> {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const commit = await git(root, 'rev-parse', 'HEAD');
  const changed = await git(root, 'diff', '--name-only', '--no-renames', '--relative', '-z', 'HEAD');
  const files = changed === null ? null : changed.split('\0').filter((name) => name !== '' && !comparedWith.test(name));
  return {
    factorbench: manifest.version,
    commit,
    dirty: files === null ? null : files.length > 0,
    changes: files === null || files.length === 0 ? null : await digestOfFiles(root, files),
    node: process.version,
  };
}

/** What git prints; null where it cannot say, or says nothing of a commit. It writes nothing, not even its index. */
async function git(root: string, ...args: string[]): Promise<string | null> {
  const { exitCode, stdout } = await execa('git', args, { cwd: root, env: { GIT_OPTIONAL_LOCKS: '0' }, reject: false });
  return exitCode === 0 ? stdout : null;
}

async function digestOfFiles(root: string, files: readonly string[]): Promise<string> {
  const contents = files.map(async (file) => [file, await readFile(join(root, file), 'base64').catch(() => null)]);
  return shortDigest(canonicalJson(await Promise.all(contents)));
}
