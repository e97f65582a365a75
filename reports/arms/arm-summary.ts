import { groupByArm, grouped } from '../../baselines/arms.ts';
import type { ArmCoordinates } from '../../harness/cell-name.ts';
import type { CellRecord, CompletedRecord, FinishedRecord } from '../../harness/record.ts';
import { chosenValue, gatedMetric, gatedValue, measuredValue } from '../../harness/record.ts';
import { gainOf } from '../../harness/spec/metrics.ts';
import type { BaseConfig } from '../../harness/spec/words.ts';
import { mean, measuredOnly, sampleDeviation } from '../../harness/statistics/moments.ts';
import { inReadingOrder } from './arm-order.ts';
import { isDense, isTuned, placeOf } from './coordinates.ts';

type NumericField = {
  [Name in keyof FinishedRecord]: FinishedRecord[Name] extends number | null ? Name : never;
}[keyof FinishedRecord];

/** Mean and sample standard deviation over seeds; null: nothing was measured, or one value alone. */
export interface Spread {
  mean: number | null;
  sd: number | null;
}

/** One arm over its seeds. Means are over completed seeds only; null: nothing was measured. */
export interface ArmSummary extends ArmCoordinates {
  /** The gated one of its kind. */
  metric: string;
  /** Of its first record: the others differ in the seed. */
  config: BaseConfig;
  /** All records of the arm, seeds ascending. */
  records: readonly CellRecord[];
  /** The completed ones. */
  completed: readonly CompletedRecord[];
  /** The metric's values of the completed seeds, by seed. */
  values: ReadonlyMap<number, number>;
  value: Spread;
  /** Mean of the values at the epochs that held-out examples chose. */
  chosen: number | null;
  means: Readonly<Record<MeanField, number | null>>;
  /** Step time over that of the dense arms of the same run, kind, model and data set. */
  stepOverDense: number | null;
}

const meanFields = [
  'ratio',
  'weight_ratio',
  'parameters',
  'nonzero_parameters',
  'macs',
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
/** A field of records whose mean an arm has. */
export type MeanField = (typeof meanFields)[number];

/**
 * The arms of a run: by kind, model and data set, the dense arms first, then by their factors in the order of the
 * kind's words.
 */
export function summarizeArms(records: readonly CellRecord[]): ArmSummary[] {
  const denseSteps = grouped(records.flatMap(denseStepOf), ({ place }) => place);
  const denseStep = (record: CellRecord) => {
    const all = denseSteps.get(keyOfPlace(record)) ?? [];
    const shared = all.filter(({ tuned }) => !tuned);
    // Learning rate and λ take no time: the dense arms of one lane tell that of both.
    return mean((shared.length > 0 ? shared : all).map(({ ms }) => ms));
  };
  return [...groupByArm(records).values()].map((group) => summarizeArm(group, denseStep)).sort(inReadingOrder);
}

/** The step time that a dense record tells. */
function denseStepOf(record: CellRecord): { place: string; tuned: boolean; ms: number }[] {
  if (!isDense(record) || record.status !== 'completed' || record.step_ms === null) return [];
  return [{ place: keyOfPlace(record), tuned: isTuned(record), ms: record.step_ms }];
}

function summarizeArm(records: readonly CellRecord[], denseStep: (record: CellRecord) => number | null): ArmSummary {
  const [first] = records;
  if (!first) throw new Error('summarizeArm: an arm needs a record');
  const { kind, model, dataset, factors, config } = first;
  const completed = records.filter((record) => record.status === 'completed');
  const values = new Map(
    completed.flatMap((record) => {
      const value = gatedValue(record);
      return value === null ? [] : [[record.seed, value]];
    }),
  );
  const means = Object.fromEntries(
    meanFields.map((field) => [field, mean(measuredOnly(completed.map((record) => record[field])))]),
  ) as ArmSummary['means'];
  const dense = denseStep(first);
  return {
    kind,
    model,
    dataset,
    factors,
    metric: gatedMetric(first),
    config,
    records,
    completed,
    values,
    value: spreadOf([...values.values()]),
    chosen: mean(measuredOnly(completed.map(chosenValue))),
    means,
    stepOverDense: means.step_ms === null || dense === null ? null : means.step_ms / dense,
  };
}

function keyOfPlace(of: ArmCoordinates): string {
  return `${of.kind}: ${placeOf(of)}`;
}

function spreadOf(values: readonly number[]): Spread {
  return { mean: mean(values), sd: sampleDeviation(values) };
}

/** s/√n of the mean over the n completed seeds; null for one, which has no spread. */
export function standardErrorOf({ value: { sd }, values }: ArmSummary): number | null {
  return sd === null ? null : sd / Math.sqrt(values.size);
}

/** Any metric of an arm over its completed seeds. */
export function measureOf({ completed }: ArmSummary, metric: string): Spread {
  return spreadOf(measuredOnly(completed.map((record) => measuredValue(record, metric))));
}

/** The arm's mean such that more is better, as statistics see it. */
export function meanGain({ metric, value }: ArmSummary): number | null {
  return value.mean === null ? null : gainOf(metric, value.mean);
}

/** Values such that more is better of the completed seeds, by seed. */
export function gainsOf({ metric, values }: Pick<ArmSummary, 'metric' | 'values'>): Map<number, number> {
  return new Map([...values].map(([seed, value]) => [seed, gainOf(metric, value)]));
}

/** left - right of two arms' gains over the seeds that both have. */
export function differencesOf(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): number[] {
  return [...left].flatMap(([seed, value]) => {
    const other = right.get(seed);
    return other === undefined ? [] : [value - other];
  });
}
