import { armNameOf } from '../harness/cell-name.ts';
import { type CellRecord, gatedMetric, gatedValue } from '../harness/record.ts';
import type { Factor } from '../harness/spec/words.ts';
import { armKey, seedsBy } from './arms.ts';
import { configChanges } from './config-changes.ts';
import { mean, measuredOnly, sampleDeviation } from './moments.ts';

/** One side of a comparison: an arm's completed seeds. */
export interface ArmSide {
  /** Completed seeds. */
  n: number;
  /** Seeds that diverged or failed, which the mean leaves out. */
  lost: number;
  mean: number | null;
  sd: number | null;
  parameters: number | null;
  /** Mean over the seeds, examples a second. */
  trainExamplesPerSecond: number | null;
}

/** One arm on both sides. Right against left: differences are right - left, ratios right / left. */
export interface ArmComparison {
  metric: string;
  kind: string;
  model: string | null;
  dataset: string | null;
  factors: readonly Factor[];
  left: ArmSide;
  right: ArmSide;
  difference: number | null;
  /** Ratio of training speeds; tells something only where both ran on the same machine. */
  speedRatio: number | null;
  parameterDifference: number | null;
  /** Seeds present on both sides. */
  sharedSeeds: number;
  /** Of those, the ones whose final weights are bit-identical. */
  digestsEqual: number;
  /** Fields of the configuration that differ between the sides, beside the seed. */
  configChanges: string[];
}

/** Compares two sets of records arm by arm; arms are matched by name, so that the two may differ in configuration. */
export function compareRecords(left: readonly CellRecord[], right: readonly CellRecord[]): ArmComparison[] {
  const lefts = seedsBy(left, nameInRun);
  const rights = seedsBy(right, nameInRun);
  const names = new Set([...lefts.keys(), ...rights.keys()]);
  return [...names].map((name) => compareArm(lefts.get(name) ?? [], rights.get(name) ?? []));
}

function nameInRun(record: CellRecord): string {
  return JSON.stringify([record.suite, record.profile, record.kind, armNameOf(record)]);
}

function compareArm(left: readonly CellRecord[], right: readonly CellRecord[]): ArmComparison {
  const [sample] = [...left, ...right];
  if (!sample) throw new Error('compareArm: an arm needs a record on one side at least');
  const { kind, model, dataset, factors } = sample;
  const [before, after] = [sideOf(left), sideOf(right)];
  const rightBySeed = new Map(right.map((record) => [record.seed, record]));
  const shared = left.flatMap((record) => {
    const twin = rightBySeed.get(record.seed);
    return twin ? [{ record, twin }] : [];
  });
  return {
    metric: gatedMetric(sample),
    kind,
    model,
    dataset,
    factors,
    left: before,
    right: after,
    difference: mean(
      measuredOnly(shared.map(({ record, twin }) => minus(completedValue(twin), completedValue(record)))),
    ),
    speedRatio: over(after.trainExamplesPerSecond, before.trainExamplesPerSecond),
    parameterDifference: minus(after.parameters, before.parameters),
    sharedSeeds: shared.length,
    digestsEqual: shared.filter(({ record, twin }) => {
      const digest = digestOf(record);
      return digest !== null && digest === digestOf(twin);
    }).length,
    configChanges: changesOf(left[0], right[0]),
  };
}

function completedValue(record: CellRecord): number | null {
  return record.status === 'completed' ? gatedValue(record) : null;
}

function digestOf(record: CellRecord): string | null {
  return record.status === 'failed' ? null : record.weights_digest;
}

function sideOf(records: readonly CellRecord[]): ArmSide {
  const completed = records.filter((record) => record.status === 'completed');
  const values = measuredOnly(completed.map(gatedValue));
  return {
    n: values.length,
    lost: records.length - values.length,
    mean: mean(values),
    sd: sampleDeviation(values),
    parameters: mean(measuredOnly(completed.map((record) => record.parameters))),
    trainExamplesPerSecond: mean(measuredOnly(completed.map((record) => record.train_examples_per_second))),
  };
}

function changesOf(left: CellRecord | undefined, right: CellRecord | undefined): string[] {
  if (!left || !right || armKey(left.config) === armKey(right.config)) return [];
  return configChanges({ ...left.config, seed: 0 }, { ...right.config, seed: 0 });
}

function minus(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left - right;
}

function over(left: number | null, right: number | null): number | null {
  return left === null || right === null || right === 0 ? null : left / right;
}
