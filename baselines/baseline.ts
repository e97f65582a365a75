import { z } from 'zod';
import type { CellRecord } from '../harness/record.ts';
import { statusNames } from '../harness/record.ts';
import { profileNames } from '../harness/spec/spec.ts';

/** What a stored baseline holds: the raw result of every accepted cell, one entry a seed, never a mean. */

const jsonObject = z.record(z.string(), z.json());
const count = z.int().min(0).nullable();
const measured = z.number().nullable();
const score = z.number().min(0).max(100).nullable();

/**
 * One accepted cell. Fields mean what they mean in a record. Configuration and fingerprint are kept as they were
 * written, so that a baseline stays readable after either gains a field: such a cell then has no baseline, and says why.
 */
export const entrySchema = z
  .strictObject({
    id: z.string(),
    cell: z.string(),
    model: z.string(),
    dataset: z.string(),
    method: z.string(),
    init: z.string(),
    regularizer: z.string(),
    budget: z.number(),
    ratio: measured,
    seed: z.int().min(0),
    config: jsonObject,
    value: score,
    best_value: score,
    train_loss: measured,
    parameters: count,
    nonzero_parameters: count,
    macs: count,
    step_ms: measured,
    rss_peak_bytes: count,
    weights_digest: z.string().nullable(),
    fingerprint: z.looseObject({ data: z.string() }).nullable(),
    status: z.enum(statusNames).exclude(['failed']),
  })
  .refine((entry) => entry.status !== 'completed' || entry.value !== null, {
    error: 'a completed cell needs a value',
    path: ['value'],
  });
export type BaselineEntry = z.infer<typeof entrySchema>;

const acceptanceSchema = z.strictObject({
  /** The reason that the person who accepted gave. */
  why: z.string().min(1),
  /** Time of the acceptance, ISO 8601. */
  at: z.string(),
  /** Names of the cells whose entries were added or replaced. */
  cells: z.array(z.string()),
});

export const baselineVersion = 1;

export const baselineSchema = z
  .strictObject({
    version: z.literal(baselineVersion),
    suite: z.string(),
    profile: z.enum(profileNames),
    history: z.array(acceptanceSchema),
    cells: z.array(entrySchema),
  })
  .refine((baseline) => new Set(baseline.cells.map((entry) => entry.id)).size === baseline.cells.length, {
    error: 'two entries have the same id',
    path: ['cells'],
  });
export type Baseline = z.infer<typeof baselineSchema>;

/** The entry that accepting `record` stores. The record must not be a failed one. */
export function entryOf(record: CellRecord): BaselineEntry {
  return entrySchema.parse({
    id: record.id,
    cell: record.cell,
    model: record.model,
    dataset: record.dataset,
    method: record.method,
    init: record.init,
    regularizer: record.regularizer,
    budget: record.budget,
    ratio: record.ratio,
    seed: record.seed,
    config: record.config,
    value: record.value,
    best_value: record.best_value,
    train_loss: record.train_loss,
    parameters: record.parameters,
    nonzero_parameters: record.nonzero_parameters,
    macs: record.macs,
    step_ms: record.step_ms,
    rss_peak_bytes: record.rss_peak_bytes,
    weights_digest: record.weights_digest,
    fingerprint: record.fingerprint,
    status: record.status,
  });
}
