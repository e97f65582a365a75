import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { idOf } from './cell-id.ts';
import { longestCellName } from './cell-name.ts';
import { shortDigest } from './digest.ts';
import { fingerprintSchema } from './fingerprint.ts';
import { boundedList, cleanTexts } from './foreign-text.ts';
import type { Cell } from './spec/cell.ts';
import { definitionSchema } from './spec/definition.ts';
import { configSchema, wordsOfKind } from './spec/kinds.ts';
import { launchSchema } from './spec/launch.ts';
import { boundsProblem } from './spec/metrics.ts';
import { tuningSchema } from './spec/tuning.ts';
import { factorSchema, nameSchema, profileNames } from './spec/words.ts';

/** The record of one ended cell: the only truth that baselines and reports read. */

/** The version of what is written, and the only one that is read. */
export const recordVersion = 2;

const count = z.int().min(0);
/** Null means: not measured. JSON has no NaN or infinity; a diverged cell's losses are null. */
const measured = z.number().nullable();
const counted = count.nullable();
/** Of what cannot be negative: times, rates, ratios. */
const amount = z.number().min(0);
const measuredAmount = amount.nullable();

/** Long curves are most of what is read: their numbers are looked through in one loop, without a copy. */
function isMeasuredByName(values: unknown): boolean {
  if (values === null || typeof values !== 'object' || Array.isArray(values)) return false;
  // A name that objects give a meaning of their own would be lost in copies.
  if (Object.hasOwn(values, '__proto__')) return false;
  return Object.values(values).every((value) => value === null || Number.isFinite(value));
}

/** The state after a part of a training, such as an epoch. */
export const curvePointSchema = z.strictObject({
  /** Epochs or steps that are done, as the kind's words say. */
  at: count,
  seconds: amount,
  /** Of the updates alone, without tests and validation, where a kind tells them apart. */
  train_seconds: amount.optional(),
  /**
   * What was computed, by name: the same whenever it is computed again. Null: no finite number; a name that other
   * points have and this one lacks: not measured here.
   */
  values: z.custom<Record<string, number | null>>(isMeasuredByName, 'must be finite numbers or null, by name'),
});
export type CurvePoint = z.infer<typeof curvePointSchema>;

/** A metric's value for the final weights. */
export const measureSchema = z.strictObject({
  metric: z.string(),
  value: measured,
  /**
   * Its value at the point of the curve that the held-out examples choose, of those where the network has its final
   * size; only shown. Null: no point was chosen. `chosenValue` reads it.
   */
  best: measured,
});
export type Measure = z.infer<typeof measureSchema>;

/** A measured quantity whose right value is known: it passes where they differ by the tolerance at most. */
export const exactCheckSchema = z.strictObject({
  name: nameSchema,
  expected: z.number(),
  /** Null: it could not be computed, which fails. */
  measured,
  tolerance: z.number().min(0),
});
export type ExactCheck = z.infer<typeof exactCheckSchema>;

/** Whether a check of exactness passes: |measured − expected| ≤ tolerance. */
export function passes({ expected, measured: found, tolerance }: ExactCheck): boolean {
  return found !== null && Math.abs(found - expected) <= tolerance;
}

/** A cell that this one read from, and the digest of what it read. */
const needSchema = z.strictObject({ role: z.string(), id: z.string(), cell: z.string() });

/** The fields that a record has from its cell. */
export const identityFields = {
  id: z.string(),
  suite: nameSchema,
  profile: z.enum(profileNames),
  cell: nameSchema,
  kind: nameSchema,
  model: nameSchema.nullable(),
  dataset: nameSchema.nullable(),
  factors: z.array(factorSchema),
  ratio: measuredAmount,
  seed: count,
  needs: z.array(needSchema),
  config: configSchema,
  /** What its learning rate and λ were found by; only of a tuned cell. */
  tuning: tuningSchema.optional(),
  /** The file that the method came from, where it is none of the registry; the configuration has its digest. */
  origin: z.string().optional(),
};

const ended = {
  version: z.literal(recordVersion),
  ...identityFields,
  /** Training alone; of a failed cell from its start to its end. */
  seconds: amount,
  warnings: z.array(z.string()).transform(boundedList),
  started_at: z.string(),
  finished_at: z.string(),
};

const result = {
  ...ended,
  /** By metric, in the order of the kind's words: the first one is gated. */
  measures: z.array(measureSchema).min(1),
  checks: z.array(exactCheckSchema),
  /** What the kind has beside; its words have the schema. */
  details: z.unknown(),
  /** Kept over all, of the convolution and linear weights only: biases and normalizations left out of both. */
  weight_ratio: measuredAmount,
  parameters: counted,
  /** Under masks: what the masks keep, and all that they do not cover. */
  nonzero_parameters: counted,
  /**
   * Multiply-accumulate operations of one example's forward pass: convolutions and linear layers, without masked
   * weights.
   */
  macs: counted,
  /**
   * Examples propagated forward and backward, in all phases and for scores, over the training set's size; tests left
   * out.
   */
  training_passes: measuredAmount,
  /**
   * 3 x the forward pass's multiply-accumulates x these examples; masked weights count, as they are multiplied too. A
   * student's hold those of its teacher's training and forward passes as well.
   */
  training_macs: measuredAmount,
  train_loss: measured,
  train_examples_per_second: measuredAmount,
  eval_examples_per_second: measuredAmount,
  step_ms: measuredAmount,
  gpu_memory_peak_bytes: counted,
  rss_peak_bytes: counted,
  tensor_peak_bytes: counted,
  /** How fast its process trained beside others; absent where that was not measured, as in smoke. */
  launch: launchSchema.optional(),
  /** Points of the curve that an earlier process computed, whose memory is in no peak; absent: none. */
  resumed_points: z.int().positive().optional(),
  /** SHA-256 over the final trainable weights and statistics, in name order; null where there are none. */
  weights_digest: z.string().nullable(),
  /**
   * The same digest before training; absent in records of before it was taken, null where there are none. It does not
   * depend on the processor.
   */
  initial_weights_digest: z.string().nullable().optional(),
  /** `resultDigestOf` the record. */
  result_digest: z.string(),
  /** Digests of what was read of the needed cells, in their order. */
  needed_digests: z.array(z.string()),
  /** What the engine was asked to compute; absent where the kind cannot tell, and in records of before it was told. */
  definition: definitionSchema.optional(),
  /** Digest of the code that computed it. */
  program: z.string(),
  fingerprint: fingerprintSchema,
  data_source: z.enum(['files', 'generated']).nullable(),
  train_examples: counted,
  /** Held out to select by; null or left out: none, and nothing may be read as selected. */
  validation_examples: counted.optional(),
  test_examples: counted,
  /** The trainings that follow one another in the curve. */
  phases: z.array(z.strictObject({ label: z.string(), epochs: count })),
  curve: z.array(curvePointSchema),
};

const completedSchema = z.strictObject({ ...result, status: z.literal('completed') });
/** Training stopped, as the loss was no longer a finite number. */
const divergedSchema = z.strictObject({ ...result, status: z.literal('diverged'), error: z.string() });
/** No result. */
const failedSchema = z.strictObject({ ...ended, status: z.literal('failed'), error: z.string() });

export type CompletedRecord = z.infer<typeof completedSchema>;
export type DivergedRecord = z.infer<typeof divergedSchema>;
export type FailedRecord = z.infer<typeof failedSchema>;
/** Of a cell that was computed to its end, with a result or without. */
export type FinishedRecord = CompletedRecord | DivergedRecord;
export type CellRecord = FinishedRecord | FailedRecord;

export const statusNames = ['completed', 'diverged', 'failed'] as const;

const consistentSchema = z
  .discriminatedUnion('status', [completedSchema, divergedSchema, failedSchema])
  .superRefine((record, context) => {
    for (const message of problemsOf(record)) context.addIssue({ code: 'custom', message });
  });

/**
 * A record, consistent in itself. Whatever writes or reads one goes through here, so that the texts in it are clean for
 * everything after: terminal, tables and reports.
 */
export const recordSchema = z.preprocess(cleanTexts, consistentSchema);

/**
 * Digest of what a computation decides, and of what other cells may read: weights, measures, checks, and the curve's
 * values. Details are not in it, since they may hold speeds, which differ each time.
 */
export function resultDigestOf(
  of: Pick<FinishedRecord, 'weights_digest' | 'measures' | 'checks'> & { curve: readonly CurvePoint[] },
): string {
  const { weights_digest: weights, measures, checks, curve } = of;
  const before = canonicalJson([weights, measures, checks]).slice(0, -1);
  return shortDigest(`${before},${curveJson(curve)}]`);
}

/** Canonical JSON of `[at, values]` of every point; points of the same names are put in order alike. */
function curveJson(curve: readonly CurvePoint[]): string {
  let names: readonly string[] = [];
  let ordered: readonly string[] = [];
  const points = curve.map(({ at, values }) => {
    const own = Object.keys(values);
    if (own.length !== names.length || own.some((name, i) => name !== names[i])) {
      names = own;
      ordered = own.toSorted();
    }
    const inOrder: CurvePoint['values'] = {};
    for (const name of ordered) inOrder[name] = values[name]!;
    return [at, inOrder];
  });
  return JSON.stringify(points);
}

/** What in a record contradicts its configuration or its kind's words. */
function problemsOf(record: CellRecord): string[] {
  const { config } = record;
  const words = wordsOfKind(config.task);
  const expected = { id: idOf(config), kind: config.task, seed: config.seed, model: words.model(config) };
  const fields = { ...expected, dataset: words.dataset(config) };
  const problems = (Object.keys(fields) as (keyof typeof fields)[])
    .filter((name) => record[name] !== fields[name])
    .map((name) => `${name} is ${record[name]}, but its configuration says ${fields[name]}`);
  const bytes = Buffer.byteLength(record.cell);
  if (bytes > longestCellName) problems.push(`its name has ${bytes} bytes, more than ${longestCellName}`);
  if (record.factors[0]?.name !== 'method') problems.push('its first factor is not the method');
  for (const { name, value } of record.factors) {
    const own = words.factors[name]?.of(config) ?? null;
    if (own !== value) problems.push(`factor ${name} is ${value}, but its configuration says ${own}`);
  }
  const factors = record.factors.map(({ name }) => name);
  if (new Set(factors).size < factors.length) problems.push('a factor has two values');
  const needed = (words.needs?.(config) ?? []).map(({ role, config: needs }) => ({ role, id: idOf(needs) }));
  if (
    !isDeepStrictEqual(
      record.needs.map(({ role, id }) => ({ role, id })),
      needed,
    )
  ) {
    problems.push('it names other needed cells than its configuration');
  }
  if (record.status === 'failed') return problems;
  problems.push(...problemsOfResult(record));
  if (problems.length === 0 && record.result_digest !== resultDigestOf(record)) {
    problems.push('its result_digest is not that of its weights_digest, measures, checks and curve');
  }
  return problems;
}

function problemsOfResult(record: FinishedRecord): string[] {
  const { measures, details, config, status, needs, needed_digests: digests } = record;
  const { metrics, details: schema } = wordsOfKind(config.task);
  const problems: string[] = [];
  const names = measures.map(({ metric }) => metric);
  if (names[0] !== metrics[0]) problems.push(`its first measure is ${names[0]} instead of ${metrics[0]}`);
  for (const { metric, value, best } of measures) {
    if (!metrics.includes(metric)) problems.push(`measure ${metric} is none of its kind (${metrics.join(', ')})`);
    else {
      for (const number of [value, best]) {
        const problem = number === null ? null : boundsProblem(metric, number);
        if (problem !== null) problems.push(problem);
      }
    }
  }
  if (new Set(names).size < names.length) problems.push('a metric has two measures');
  const places = names.filter((name) => metrics.includes(name)).map((name) => metrics.indexOf(name));
  if (places.some((place, at) => place < (places[at - 1] ?? 0))) {
    problems.push(`its measures are not in the order of its kind (${metrics.join(', ')})`);
  }
  if (digests.length !== needs.length) {
    problems.push(`it has ${digests.length} digests of what it read, but names ${needs.length} needed cells`);
  }
  if (status === 'completed' && measures[0]?.value === null) problems.push(`it is completed without ${names[0]}`);
  problems.push(...problemsOfSizes(record));
  const parsed = schema.safeParse(details);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) problems.push(`${['details', ...path].join('.')}: ${message}`);
  }
  return problems;
}

/** What in a record's sizes cannot be true together. */
function problemsOfSizes({ parameters, nonzero_parameters: nonzero, ratio }: FinishedRecord): string[] {
  const problems: string[] = [];
  if (parameters !== null && nonzero !== null && nonzero > parameters) {
    problems.push(`nonzero_parameters is ${nonzero}, more than its ${parameters} parameters`);
  }
  if (ratio !== null && parameters !== null && ratio > 0 !== parameters > 0) {
    problems.push(`ratio is ${ratio}, but it has ${parameters} parameters`);
  }
  return problems;
}

/** The gated measure; its value is null where training diverged. */
export function gatedMeasure({ measures }: Pick<FinishedRecord, 'measures'>): Measure {
  const [first] = measures;
  if (first === undefined) throw new Error('a record has no measure');
  return first;
}

/** The name of the gated metric of a record's kind, whatever its status. */
export function gatedMetric({ kind }: { kind: string }): string {
  return wordsOfKind(kind).metrics[0];
}

/** The gated value; null of a cell without a result. */
export function gatedValue(record: CellRecord): number | null {
  return record.status === 'failed' ? null : gatedMeasure(record).value;
}

/**
 * The gated metric at the point that held-out examples chose. Null where none were, whatever the record holds: it was
 * then chosen by the test set.
 */
export function chosenValue(record: CellRecord): number | null {
  if (record.status === 'failed' || (record.validation_examples ?? 0) === 0) return null;
  return gatedMeasure(record).best;
}

/** The value of any metric; null where the record has none. */
export function measuredValue(record: CellRecord, metric: string): number | null {
  if (record.status === 'failed') return null;
  return record.measures.find((measure) => measure.metric === metric)?.value ?? null;
}

/** Why a cell has no result; null of a completed one. */
export function errorOf(record: CellRecord): string | null {
  return record.status === 'completed' ? null : record.error;
}

/** The fields that a record has from its cell, and gives back to make the cell again. */
export function identityOf(of: Cell) {
  const { id, suite, profile, cell, kind, model, dataset, factors, ratio, seed, needs, config } = of;
  const origin = of.origin === undefined ? {} : { origin: of.origin };
  const tuning = of.tuning === undefined ? {} : { tuning: of.tuning };
  const own = { factors: [...factors], needs: [...needs] };
  return { id, suite, profile, cell, kind, model, dataset, ratio, seed, config, ...own, ...tuning, ...origin };
}

export const verdictNames = [
  'reproduced',
  'pass',
  'better',
  'drift',
  'inconclusive',
  'no-baseline',
  'other-data',
  'changed',
  'removed',
  'irreproducible',
  'regressed',
  'failed',
] as const;
export type VerdictName = (typeof verdictNames)[number];

/** The verdicts that something is wrong, the worst first. */
export const alarms = ['failed', 'regressed', 'irreproducible'] as const satisfies readonly VerdictName[];

/** The verdicts that a cell and the baseline do not meet, until one of them is accepted or restored. */
export const unaccepted = ['changed', 'removed', 'other-data', 'no-baseline'] as const satisfies readonly VerdictName[];

/** The questions of the check, in the order in which they are asked. */
export const laneNames = [
  'run',
  'exactness',
  'baseline',
  'definition',
  'first-steps',
  'weights',
  'counts',
  'quality',
  'speed',
  'memory',
] as const;
export type LaneName = (typeof laneNames)[number];

/** What the check says of one cell, of an entry of the baseline that is no cell any more, or of a group of arms. */
export interface Verdict {
  /** Of the cell; null: it is said of a group. */
  id: string | null;
  /** The cell's name, or the group's. */
  cell: string;
  verdict: VerdictName;
  /** The question that decided. */
  lane: LaneName;
  /** A sentence for people: what was compared, expected and measured, and what to do. */
  reason: string;
  /**
   * What `expected` and `measured` are of: a metric, a count, or a check of exactness; null where nothing was compared.
   */
  quantity: string | null;
  expected: number | null;
  measured: number | null;
  /** How far `measured` may go: a value of a metric, the tolerance of a check of exactness; null: it must be equal. */
  bound: number | null;
}
