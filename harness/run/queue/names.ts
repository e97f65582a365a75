import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import { nameSchema, profileNames } from '../../spec/words.ts';

/** What lies in Redis: the names of keys and queues, and the little that jobs say. Whatever comes from there is parsed. */

/** Before every key. */
export const prefix = 'factorbench';
/** A hash: id of each run that has cells for workers, with a `RunNotice`. */
export const runsKey = `${prefix}:runs`;
/** A hash: id of each worker, with a `WorkerNotice`. */
export const workersKey = `${prefix}:workers`;

const idSchema = z.string().regex(/^[0-9a-f]{16}$/);
export const runIdSchema = idSchema;

/** Where a run's cells are, which says all else: nothing that decides what is computed is in Redis. */
export const runNoticeSchema = z.strictObject({
  suite: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  profile: z.enum(profileNames),
});
export type RunNotice = z.infer<typeof runNoticeSchema>;

/** How a worker is; `at` is the server's time in milliseconds, whatever the worker's clock says. */
export const workerNoticeSchema = z.strictObject({
  at: z.number(),
  host: nameSchema.pipe(z.string().max(300)),
  running: z.int().min(0),
  /** The runs that it takes cells of. */
  runs: z.array(idSchema).max(100),
  /** Why it takes none of a run's. */
  refuses: z.array(z.strictObject({ run: idSchema, why: nameSchema.pipe(z.string().max(2000)) })).max(100),
});
export type WorkerNotice = z.infer<typeof workerNoticeSchema>;

/** What a job says: which cell of the run's plan. */
export const cellJobSchema = z.strictObject({ cell: nameSchema.pipe(z.string().min(1).max(200)), id: idSchema });
export type CellJob = z.infer<typeof cellJobSchema>;

/** The times that a cell is tried where it fails, and that a worker may vanish with it. */
export const attempts = 3;

/** Job ids are cells': a cell is never in a queue twice. They must not look like numbers. */
export function jobIdOf({ id }: { id: string }): string {
  return `cell-${id}`;
}

/** A cell's id by that of its job; null: it is no cell's. */
export function cellIdOf(jobId: string): string | null {
  const parsed = idSchema.safeParse(jobId.replace(/^cell-/, ''));
  return parsed.success && jobId.startsWith('cell-') ? parsed.data : null;
}

/** The queue of the cells of a run that need the same of a machine: a data set's files, or nothing. */
export function queueName(run: string, needs: string): string {
  return `${run}-${needs}`;
}

/** No job waits for a time of day: clocks of machines differ. */
export function jobOptions(jobId: string): JobsOptions {
  return { jobId, attempts, removeOnComplete: true, removeOnFail: false, stackTraceLimit: 0 };
}
