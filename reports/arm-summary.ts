import { datasetLabel, distinctionsOf, groupByArm, regularizerLabel } from '../baselines/arms.ts';
import { mean, measuredOnly, sampleDeviation } from '../baselines/moments.ts';
import { fullScore } from '../baselines/wording.ts';
import type { CellRecord } from '../harness/record.ts';
import { cellInitNames, cellRegularizerNames, type MetricName } from '../harness/spec/spec.ts';
import { scoreSpread } from './render/format.ts';
import { grouped } from './statistics/grouped.ts';

type NumericField = {
  [Name in keyof CellRecord]: CellRecord[Name] extends number | null ? Name : never;
}[keyof CellRecord];

/** One arm over its seeds. Means are over completed seeds only; null: nothing was measured. */
export interface ArmSummary {
  metric: MetricName;
  model: string;
  /** With the variant of an experiment, if it has one. */
  dataset: string;
  method: string;
  init: string;
  regularizer: string;
  /** λ, where arms differ in it. */
  decay: string | null;
  budget: number;
  /** All records of the arm, seeds ascending. */
  records: CellRecord[];
  /** The completed ones. */
  completed: CellRecord[];
  /** The metric's, as shares of its full score: one unit for tests, plots and differences in points. */
  value: { mean: number | null; sd: number | null };
  means: Readonly<Record<MeanField, number | null>>;
  /** Step time over that of the dense arms of the same run, model and data set. */
  stepOverDense: number | null;
}

const meanFields = [
  'ratio',
  'weight_ratio',
  'parameters',
  'nonzero_parameters',
  'macs',
  'best_value',
  'train_loss',
  'training_passes',
  'training_macs',
  'train_examples_per_second',
  'eval_examples_per_second',
  'step_ms',
  'gpu_memory_peak_bytes',
  'rss_peak_bytes',
  'tensor_peak_bytes',
] satisfies NumericField[];
type MeanField = (typeof meanFields)[number];

/** The arms of a run: by model and data set, the dense arms first, then by method, falling budget, init, regularizer. */
export function summarizeArms(records: readonly CellRecord[]): ArmSummary[] {
  const denseSteps = new Map<string, number[]>();
  for (const record of records) {
    if (record.method !== 'dense' || record.status !== 'completed' || record.step_ms === null) continue;
    denseSteps.set(place(record), [...(denseSteps.get(place(record)) ?? []), record.step_ms]);
  }
  return [...groupByArm(records).values()]
    .map((group) => summarizeArm(group, (record) => mean(denseSteps.get(place(record)) ?? [])))
    .sort(inReadingOrder);
}

function summarizeArm(records: CellRecord[], denseStep: (record: CellRecord) => number | null): ArmSummary {
  const [first] = records;
  if (!first) throw new Error('summarizeArm: an arm needs a record');
  const { metric, model, method, init, regularizer, budget } = first;
  const { variant, decay } = distinctionsOf(first);
  const dataset = datasetLabel({ ...first, variant });
  const completed = records.filter((record) => record.status === 'completed');
  const values = measuredOnly(completed.map(shareOf));
  const means = Object.fromEntries(
    meanFields.map((field) => [field, mean(measuredOnly(completed.map((record) => record[field])))]),
  ) as ArmSummary['means'];
  const dense = denseStep(first);
  return {
    metric,
    model,
    dataset,
    method,
    init,
    regularizer,
    decay,
    budget,
    records,
    completed,
    value: { mean: mean(values), sd: sampleDeviation(values) },
    means,
    stepOverDense: means.step_ms === null || dense === null ? null : means.step_ms / dense,
  };
}

/** The one metric of a run's arms or records. */
export function metricOf(of: readonly { metric: MetricName }[]): MetricName {
  return of[0]?.metric ?? 'accuracy';
}

/** A record's value as a share of the metric's full score. */
export function shareOf({ metric, value }: CellRecord): number | null {
  return value === null ? null : value / fullScore[metric];
}

/** An arm's result: `93.59 % ± 0.21`, or BLEU's `34.12 ± 0.21`. */
export function resultText({ metric, value }: Pick<ArmSummary, 'metric' | 'value'>, sd = value.sd): string {
  const full = fullScore[metric];
  const scaled = (share: number | null) => (share === null ? null : share * full);
  return scoreSpread(metric, { mean: scaled(value.mean), sd: scaled(sd) });
}

/** `low-rank, budget 0.1, spectral, frobenius-decay`. */
export function armLabel(arm: ArmSummary): string {
  const { method, init, budget } = arm;
  return [...(method === 'dense' ? [method] : [method, `budget ${budget}`]), init, regularizerLabel(arm)].join(', ');
}

/** Equal for cells that train the same model on the same data. */
export function place({ model, dataset }: { model: string; dataset: string }): string {
  return `${model} on ${dataset}`;
}

/** Arms by model and data set, in order. */
export function byPlace(arms: readonly ArmSummary[]): Map<string, ArmSummary[]> {
  return grouped(arms, place);
}

export function isCompressed({ method }: ArmSummary): boolean {
  return method !== 'dense';
}

/**
 * Whether the arm meets its budget by masks: its network has all weights of the dense one, and the budget's share of them is
 * not zero. A factor may hold a zero too.
 */
export function isMasked({ means: { parameters, nonzero_parameters, ratio } }: ArmSummary): boolean {
  if (parameters === null || nonzero_parameters === null || ratio === null) return false;
  return nonzero_parameters < (parameters * (1 + ratio)) / 2;
}

/** The compressed arms by budget, the largest first. */
export function byBudget(arms: readonly ArmSummary[]): Map<number, ArmSummary[]> {
  const budgets = grouped(arms.filter(isCompressed), ({ budget }) => budget);
  return new Map([...budgets].sort(([left], [right]) => right - left));
}

/** What the dense arms among `arms`, of one place, measured on average; null: there are none. */
export function denseMean(arms: readonly ArmSummary[], field: MeanField): number | null {
  return mean(measuredOnly(arms.filter(({ method }) => method === 'dense').map(({ means }) => means[field])));
}

/** `low-rank, spectral, frobenius-decay`: unique at one place and budget. */
export function seriesLabel(arm: ArmSummary): string {
  return `${arm.method}, ${arm.init}, ${regularizerLabel(arm)}`;
}

/** `3`, or `2 of 3` where a seed diverged or failed. */
export function seedsOf({ completed, records }: ArmSummary): string {
  return completed.length === records.length ? String(records.length) : `${completed.length} of ${records.length}`;
}

/** Results of the completed seeds by seed. */
export function valuesBySeed({ completed }: ArmSummary): Map<number, number> {
  return new Map(
    completed.flatMap((record) => {
      const share = shareOf(record);
      return share === null ? [] : [[record.seed, share]];
    }),
  );
}

/** Results of the completed seeds. */
export function valuesOf({ completed }: ArmSummary): number[] {
  return measuredOnly(completed.map(shareOf));
}

const collator = new Intl.Collator('en', { numeric: true });

function inReadingOrder(left: ArmSummary, right: ArmSummary): number {
  return (
    collator.compare(place(left), place(right)) ||
    Number(right.method === 'dense') - Number(left.method === 'dense') ||
    collator.compare(left.method, right.method) ||
    right.budget - left.budget ||
    indexIn(cellInitNames, left.init) - indexIn(cellInitNames, right.init) ||
    indexIn(cellRegularizerNames, left.regularizer) - indexIn(cellRegularizerNames, right.regularizer) ||
    Number(left.decay) - Number(right.decay)
  );
}

function indexIn(names: readonly string[], name: string): number {
  return names.indexOf(name);
}
