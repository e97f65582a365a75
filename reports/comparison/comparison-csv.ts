import { factorOf } from '../../harness/spec/words.ts';
import { factorNamesOf } from '../arms/coordinates.ts';
import { csvText } from '../render/csv.ts';
import type { ComparedArm, Comparison, UncomparedArm } from './compare-runs.ts';

type Value = string | number | null;

/** Two runs as CSV: one row an arm, machine units, empty where there is none; arms not compared say why. */
export function comparisonCsv(comparisons: readonly Comparison[]): string {
  const factors = factorNamesOf(comparisons.flatMap(({ arms }) => arms));
  const columns = ['suite', 'profile', 'arm', 'kind', 'model', 'dataset', ...factors, ...resultColumns];
  const rows = comparisons.flatMap(({ suite, profile, arms, uncompared }) => [
    ...arms.map((arm) => ({ suite, profile, ...fieldsOf(arm, factors) })),
    ...uncompared.map(({ arm, reason }: UncomparedArm) => ({ suite, profile, arm, not_compared: reason })),
  ]);
  return csvText(
    columns,
    rows.map((row: Record<string, Value>) => columns.map((column) => row[column] ?? null)),
  );
}

const resultColumns = [
  'metric',
  'design',
  'seeds_before',
  'seeds_after',
  'before',
  'before_sd',
  'after',
  'after_sd',
  'difference',
  'interval_low',
  'interval_high',
  'p',
  'p_holm',
  'speed_ratio',
  'parameter_difference',
  'bit_identical',
  'seeds_in_both',
  'left_out_before',
  'left_out_after',
  'lost_before',
  'lost_after',
  'changed_fields',
  'not_compared',
];

function fieldsOf(arm: ComparedArm, factors: readonly string[]): Record<string, Value> {
  const { before, after, interval } = arm;
  return {
    arm: arm.arm,
    kind: arm.kind,
    model: arm.model,
    dataset: arm.dataset,
    ...Object.fromEntries(factors.map((name) => [name, factorOf(arm, name)])),
    metric: arm.metric,
    design: arm.design,
    seeds_before: before.seeds.join(' '),
    seeds_after: after.seeds.join(' '),
    before: before.mean,
    before_sd: before.sd,
    after: after.mean,
    after_sd: after.sd,
    difference: arm.difference,
    interval_low: interval?.[0] ?? null,
    interval_high: interval?.[1] ?? null,
    p: arm.p,
    p_holm: arm.adjustedP,
    speed_ratio: arm.speedRatio,
    parameter_difference: arm.parameterDifference,
    bit_identical: arm.bitIdentical,
    seeds_in_both: arm.sharedSeeds,
    left_out_before: before.leftOut.join(' '),
    left_out_after: after.leftOut.join(' '),
    lost_before: before.lost.join(' '),
    lost_after: after.lost.join(' '),
    changed_fields: arm.configChanges.join('; '),
  };
}
