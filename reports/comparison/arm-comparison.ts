import { configChanges } from '../../baselines/config-changes.ts';
import { familyOf } from '../../harness/cell-id.ts';
import { type CellRecord, type CompletedRecord, gatedMetric, gatedValue } from '../../harness/record.ts';
import { type MeanTest, pairedTest, twoSampleTest } from '../../harness/statistics/mean-tests.ts';
import { mean, measuredOnly, sampleDeviation } from '../../harness/statistics/moments.ts';

/** One side of a comparison. Means are over the seeds that are compared. */
export interface ArmSide {
  /** Seeds that the comparison is over, ascending. */
  seeds: number[];
  /** Completed seeds that it is not over, as the other side has none to pair them with. */
  leftOut: number[];
  /** Seeds that diverged or failed. */
  lost: number[];
  mean: number;
  sd: number | null;
  parameters: number | null;
  /** Mean over the seeds, examples a second. */
  trainExamplesPerSecond: number | null;
}

/** One arm in two runs. Differences are after - before, ratios after / before. */
export interface ArmComparison extends MeanTest {
  metric: string;
  /**
   * `paired`: differences of equal seeds, which share initial values, order and augmentation of the data. `two-sample`:
   * Welch's, of all completed seeds, where too few are equal.
   */
  design: 'paired' | 'two-sample';
  before: ArmSide;
  after: ArmSide;
  difference: number;
  /** Ratio of training speeds; tells something only where both ran on the same machine. */
  speedRatio: number | null;
  parameterDifference: number | null;
  /** Seeds with a record in both, and those of them whose final weights are bit-identical. */
  sharedSeeds: number;
  bitIdentical: number;
  /** Fields of the configuration that differ, beside the seed. */
  configChanges: string[];
}

/**
 * Compares the records of one arm in two runs; null where a side has no completed seed. The test is the arm's own, not
 * moderated by other arms as those of a report are: how much a difference between two programs spreads depends on what
 * the change does to this arm. Arms that it leaves bit-identical spread by nothing, and would make each other's
 * differences certain.
 */
export function compareArm(before: readonly CellRecord[], after: readonly CellRecord[]): ArmComparison | null {
  const [left, right] = [completedOf(before), completedOf(after)];
  const [first, other] = [left[0], right[0]];
  if (first === undefined || other === undefined) return null;
  const pairs = pairsOf(left, right);
  // A single pair has no spread: two samples tell more, where both have one.
  const paired = pairs.length > 0 && pairs.length >= Math.min(2, left.length, right.length);
  const [compared, comparedAfter] = paired ? [pairs.map(([b]) => b), pairs.map(([, a]) => a)] : [left, right];
  const [was, is] = [sideOf(compared, before), sideOf(comparedAfter, after)];
  const [values, valuesAfter] = [compared.map(completedValue), comparedAfter.map(completedValue)];
  const size = Math.max(...[...values, ...valuesAfter].map(Math.abs));
  const test = paired
    ? pairedTest(
        pairs.map(([b, a]) => completedValue(a) - completedValue(b)),
        size,
      )
    : twoSampleTest(values, valuesAfter);
  const { t, p, interval } = test;
  return {
    metric: gatedMetric(first),
    design: paired ? 'paired' : 'two-sample',
    before: was,
    after: is,
    difference: is.mean - was.mean,
    t,
    p,
    interval,
    speedRatio: over(is.trainExamplesPerSecond, was.trainExamplesPerSecond),
    parameterDifference: minus(is.parameters, was.parameters),
    ...identityOf(before, after),
    configChanges: configChanges({ ...first.config, seed: 0 }, { ...other.config, seed: 0 }),
  };
}

function completedOf(records: readonly CellRecord[]): CompletedRecord[] {
  return records.filter((record) => record.status === 'completed').sort((a, b) => a.seed - b.seed);
}

/** Equal seeds whose random streams are the same, as model and data are. */
function pairsOf(
  before: readonly CompletedRecord[],
  after: readonly CompletedRecord[],
): [CompletedRecord, CompletedRecord][] {
  const bySeed = new Map(after.map((record) => [record.seed, record]));
  return before.flatMap((record): [CompletedRecord, CompletedRecord][] => {
    const twin = bySeed.get(record.seed);
    const pairs = twin !== undefined && streamsAndData(record) === streamsAndData(twin);
    return pairs ? [[record, twin]] : [];
  });
}

function streamsAndData({ config, fingerprint }: CompletedRecord): string {
  return `${familyOf(config)} ${fingerprint.data}`;
}

/** @param all the arm's records on this side, with those that are not compared */
function sideOf(compared: readonly CompletedRecord[], all: readonly CellRecord[]): ArmSide {
  const values = compared.map(completedValue);
  const center = mean(values);
  if (center === null) throw new Error('sideOf: a side needs a completed record');
  const seeds = new Set(compared.map(({ seed }) => seed));
  const others = [...all].filter(({ seed }) => !seeds.has(seed)).sort((a, b) => a.seed - b.seed);
  return {
    seeds: [...seeds],
    leftOut: others.filter(({ status }) => status === 'completed').map(({ seed }) => seed),
    lost: others.filter(({ status }) => status !== 'completed').map(({ seed }) => seed),
    mean: center,
    sd: sampleDeviation(values),
    parameters: mean(measuredOnly(compared.map(({ parameters }) => parameters))),
    trainExamplesPerSecond: mean(measuredOnly(compared.map((record) => record.train_examples_per_second))),
  };
}

/** A completed record has a value of its gated metric. */
function completedValue(record: CompletedRecord): number {
  const value = gatedValue(record);
  if (value === null) throw new Error(`${record.cell}: is completed without a value`);
  return value;
}

function identityOf(before: readonly CellRecord[], after: readonly CellRecord[]) {
  const digests = new Map(after.map((record) => [record.seed, digestOf(record)]));
  const shared = before.filter(({ seed }) => digests.has(seed));
  const identical = shared.filter((record) => {
    const digest = digestOf(record);
    return digest !== null && digest === digests.get(record.seed);
  });
  return { sharedSeeds: shared.length, bitIdentical: identical.length };
}

function digestOf(record: CellRecord): string | null {
  return record.status === 'failed' ? null : record.weights_digest;
}

function minus(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left - right;
}

function over(left: number | null, right: number | null): number | null {
  return left === null || right === null || right === 0 ? null : left / right;
}
