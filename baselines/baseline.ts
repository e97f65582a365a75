import { z } from 'zod';
import { exactCheckSchema, type FinishedRecord, measureSchema, statusNames } from '../harness/record.ts';
import { definitionSchema } from '../harness/spec/definition.ts';
import { launchSchema } from '../harness/spec/launch.ts';
import { factorSchema, nameSchema, profileNames } from '../harness/spec/words.ts';
import { firstStepTolerancesSchema } from './first-step-tolerances.ts';
import { recordValues } from './record-values.ts';

/** What a stored baseline holds: the raw result of every accepted cell, one entry a seed, never a mean. */

const jsonObject = z.record(z.string(), z.json());
const count = z.int().min(0).nullable();
const measured = z.number().nullable();

/**
 * One accepted cell. Fields mean what they mean in a record. Configuration and fingerprint are kept as they were
 * written, so that a baseline stays readable after either gains a field: such a cell then has no baseline, and says
 * why.
 */
export const entrySchema = z
  .strictObject({
    id: z.string(),
    cell: nameSchema,
    kind: nameSchema,
    model: nameSchema.nullable(),
    dataset: nameSchema.nullable(),
    factors: z.array(factorSchema),
    ratio: measured,
    seed: z.int().min(0),
    config: jsonObject,
    /** The gated one first. */
    measures: z.array(measureSchema).min(1),
    checks: z.array(exactCheckSchema),
    train_loss: measured,
    parameters: count,
    nonzero_parameters: count,
    macs: count,
    step_ms: measured,
    rss_peak_bytes: count,
    /** Absent in entries of before it was kept. */
    tensor_peak_bytes: count.optional(),
    /** How many values its record held; absent in entries of before it was kept. */
    record_values: count.optional(),
    /** Absent where none was measured, or what was is void, and in entries of before it was. */
    launch: launchSchema.optional(),
    weights_digest: z.string().nullable(),
    fingerprint: z.looseObject({ data: z.string() }),
    /** Absent in entries of before it was told, and of kinds that cannot tell. */
    definition: definitionSchema.optional(),
    /** Absent where no other environment was played. */
    first_step_tolerances: firstStepTolerancesSchema.optional(),
    /** Absent in entries of before it was kept. */
    program: z.string().optional(),
    status: z.enum(statusNames).exclude(['failed']),
  })
  .refine(({ status, measures }) => status !== 'completed' || measures[0]?.value !== null, {
    error: 'a completed cell needs a value of its first measure',
    path: ['measures'],
  });
export type BaselineEntry = z.infer<typeof entrySchema>;

export const acceptanceSchema = z.strictObject({
  /** The reason that the person who accepted gave. */
  why: z.string().min(1),
  /** Time of the acceptance, ISO 8601. */
  at: z.string(),
  /** Of the code that computed them; null: not known, absent in acceptances of before it was kept. */
  commit: z.string().nullable().optional(),
  /** Names of the cells whose entries were added or replaced. */
  cells: z.array(nameSchema),
});

/** What no two entries share: the cell and the data that it was computed from. */
export function entryKey({ id, fingerprint }: { id: string; fingerprint: { data: string } }): string {
  return `${id} ${fingerprint.data}`;
}

export const baselineVersion = 2;

export const baselineSchema = z
  .strictObject({
    version: z.literal(baselineVersion),
    suite: nameSchema,
    profile: z.enum(profileNames),
    history: z.array(acceptanceSchema),
    cells: z.array(entrySchema),
  })
  .refine((baseline) => new Set(baseline.cells.map(entryKey)).size === baseline.cells.length, {
    error: 'two entries have the same id and data',
    path: ['cells'],
  });
export type Baseline = z.infer<typeof baselineSchema>;

/** The entry that accepting `record` stores. */
export function entryOf(record: FinishedRecord): BaselineEntry {
  return entrySchema.parse({
    id: record.id,
    cell: record.cell,
    kind: record.kind,
    model: record.model,
    dataset: record.dataset,
    factors: record.factors,
    ratio: record.ratio,
    seed: record.seed,
    config: record.config,
    measures: record.measures,
    checks: record.checks,
    train_loss: record.train_loss,
    parameters: record.parameters,
    nonzero_parameters: record.nonzero_parameters,
    macs: record.macs,
    step_ms: record.step_ms,
    // A process that went on from a checkpoint has not seen the whole peak.
    rss_peak_bytes: record.resumed_points === undefined ? record.rss_peak_bytes : null,
    tensor_peak_bytes: record.tensor_peak_bytes,
    record_values: recordValues(record),
    ...(record.launch === undefined || record.launch.void.length > 0 ? {} : { launch: record.launch }),
    weights_digest: record.weights_digest,
    fingerprint: record.fingerprint,
    program: record.program,
    ...(record.definition === undefined ? {} : { definition: record.definition }),
    status: record.status,
  });
}

/** The gated value of an entry; null where it diverged. */
export function valueOfEntry({ measures }: BaselineEntry): number | null {
  return measures[0]?.value ?? null;
}
