import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../canonical-json.ts';
import { seedOf } from '../cell-name.ts';
import { readTextFile } from '../file-errors.ts';
import { firstLine } from '../foreign-text.ts';
import { definitionSchema } from '../spec/definition.ts';
import type { CommitCheckout } from './commit-checkout.ts';

/** What is asked of a commit, through its own command line: what is stable there are JSON output and records. */

/** What a commit would compute of the cell. Other commits' records may hold more; what is read of them is here. */
export const definedSchema = z.object({
  /** The cell's id, which stands for its configuration. */
  id: z.string(),
  /** Digest of the code that decides results. */
  program: z.string(),
  /** Null: the cell's kind tells none. */
  definition: definitionSchema.nullable(),
});
export type Defined = z.infer<typeof definedSchema>;

/** A cell that was trained at a commit. */
export const trainedSchema = z.object({
  id: z.string(),
  cell: z.string(),
  seed: z.number(),
  status: z.enum(['completed', 'diverged']),
  metric: z.string(),
  /** Null: training diverged. */
  value: z.number().nullable(),
  loss: z.number().nullable(),
  /** Digest of the data. */
  data: z.string(),
  weights: z.string().nullable(),
  /** All measures, as JSON. */
  measures: z.string(),
});
export type Trained = z.infer<typeof trainedSchema>;

/** What a commit answered; or why it cannot be asked. */
export type Asked<T> = { answer: T } | { skipped: string };

/** Asks commits about cells of one profile. */
export interface CommitRunner {
  /** Every cell that the commit's profile plans. */
  plan(sha: string): Promise<Asked<PlanRow[]>>;
  /** What the commit would compute of a cell, without training. */
  define(sha: string, cell: string): Promise<Asked<Defined>>;
  /**
   * Trains cells at the commit, as far as an earlier run into the same place has not.
   *
   * @param place a folder's name: cells are trained once in each
   */
  train(sha: string, cells: readonly string[], place: string): Promise<Asked<Trained[]>>;
}

export interface CommitRunnerOptions {
  checkout: CommitCheckout;
  suite: string;
  profile: string;
  /** Where records go. */
  outDir: string;
  /** Options of a check of definitions, such as `--data DIR`. */
  definitionWords: readonly string[];
  /** Options of a run, such as `--jobs 2`. */
  runWords: readonly string[];
}

const rowsSchema = z.array(z.object({ id: z.string(), cell: z.string(), kind: z.string() }));
export type PlanRow = z.infer<typeof rowsSchema>[number];
const definitionRowsSchema = z.array(z.looseObject({ cell: z.string(), verdict: z.string() }));
const recordSchema = z.object({
  id: z.string(),
  cell: z.string(),
  seed: z.number(),
  status: z.string(),
  error: z.string().optional(),
  measures: z.array(z.object({ metric: z.string(), value: z.number().nullable() })).optional(),
  train_loss: z.number().nullable().optional(),
  fingerprint: z.object({ data: z.string() }).optional(),
  weights_digest: z.string().nullable().optional(),
});

/**
 * Asks commits through the command line of each: `plan --json`, `check --definition --json`, and records of `suite`.
 */
export function commitRunner(options: CommitRunnerOptions): CommitRunner {
  const { checkout, suite, profile, outDir, definitionWords, runWords } = options;
  const of = [suite, '--profile', profile];

  async function moved<T>(sha: string, ask: () => Promise<Asked<T>>): Promise<Asked<T>> {
    const refused = await checkout.moveTo(sha);
    return refused === null ? ask() : { skipped: refused };
  }

  /** JSON that a command prints; a command that fails to ask tells by its exit code. */
  async function json<T>(schema: z.ZodType<T>, ...argv: string[]): Promise<Asked<T>> {
    const { stdout, says, exitCode } = await checkout.run(...argv);
    const parsed = schema.safeParse(parseJson(stdout));
    if (parsed.success) return { answer: parsed.data };
    return { skipped: `its ${argv[0]} gave no such answer (exit code ${exitCode ?? 'none'}: ${says})` };
  }

  return {
    plan: (sha) => moved(sha, () => json(rowsSchema, 'plan', ...of, '--json')),

    define: (sha, cell) =>
      moved(sha, async () => {
        const words = ['--definition', '--json', '--only', cell, ...definitionWords];
        const rows = await json(definitionRowsSchema, 'check', ...of, ...words);
        if ('skipped' in rows) return rows;
        const row = rows.answer.find((one) => one.cell === cell);
        const defined = definedSchema.safeParse(row);
        if (defined.success) return { answer: defined.data };
        return {
          skipped: row === undefined ? `its plan lacks ${cell}` : 'its check --definition tells no definitions',
        };
      }),

    train: (sha, cells, place) =>
      moved(sha, async () => {
        const out = join(outDir, sha.slice(0, 12), place);
        const only = cells.flatMap((cell) => ['--only', cell]);
        const seeds = ['--seeds', String(Math.max(...cells.map(seedOf)) + 1)];
        const { says } = await checkout.run('suite', ...of, ...only, ...seeds, ...runWords, '--no-check', '--out', out);
        const trained: Trained[] = [];
        for (const cell of cells) {
          const read = await readTrained(join(out, 'records', `${cell}.json`));
          if (read === null) return { skipped: `its suite left no record of ${cell}: ${says}` };
          if ('skipped' in read) return read;
          trained.push(read.answer);
        }
        return { answer: trained };
      }),
  };
}

/** Bytes that no record has. */
const largestRecord = 100e6;

async function readTrained(path: string): Promise<Asked<Trained> | null> {
  const text = await readTextFile(path, { most: largestRecord, remedy: 'delete it, and bisect again' });
  const parsed = recordSchema.safeParse(text === null ? null : parseJson(text));
  if (!parsed.success) return null;
  const { id, cell, seed, status, error = '', measures = [], fingerprint } = parsed.data;
  const { weights_digest: weights = null, train_loss: loss = null } = parsed.data;
  const [gated] = measures;
  if (gated === undefined || (status !== 'completed' && status !== 'diverged')) {
    return { skipped: `${cell} failed: ${firstLine(error, 300)}` };
  }
  const value = status === 'diverged' ? null : gated.value;
  const all = JSON.stringify(measures.map((measure) => [measure.metric, measure.value]));
  const data = fingerprint?.data ?? '';
  return { answer: { id, cell, seed, status, metric: gated.metric, value, loss, data, weights, measures: all } };
}
