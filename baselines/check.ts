import {
  alarms,
  type CellRecord,
  type FailedRecord,
  gatedMetric,
  gatedValue,
  type Verdict,
  type VerdictName,
  verdictNames,
} from '../harness/record.ts';
import { shellQuote } from '../harness/shell-quote.ts';
import { groupByArm } from './arms.ts';
import { type Baseline, valueOfEntry } from './baseline.ts';
import { configChanges } from './config-changes.ts';
import { definitionLane } from './lanes/definition.ts';
import type { Lane, Outcome, Pair, SeedValues } from './lanes.ts';
import {
  computedLane,
  countLane,
  dataLane,
  divergenceLane,
  exactLane,
  exactnessOutcome,
  qualityLane,
  repetitionLane,
  sameData,
} from './lanes.ts';

export interface CheckOptions {
  /** Smallest change of the gated metric that counts, in its unit: 0.02 of a fraction, 2 of points, 0.5 of nats. */
  margin: number;
}

/** Asked in this order; the first that decides gives the verdict. */
const lanes: readonly Lane[] = [
  definitionLane,
  countLane,
  divergenceLane,
  dataLane,
  exactLane,
  computedLane,
  repetitionLane,
  qualityLane,
];

/** Compares each record with the baseline (null: none stored): one verdict a record, in the records' order. */
export function checkRecords(
  records: readonly CellRecord[],
  baseline: Baseline | null,
  { margin }: CheckOptions,
): Verdict[] {
  const pairs = pairsOf(records, baseline);
  const arms = armsOf([...pairs.values()]);
  const outcomeOf = (record: CellRecord): Outcome => {
    if (record.status === 'failed') return failedOutcome(record, baseline);
    const pair = pairs.get(record);
    const inexact = exactnessOutcome(record, pair?.entry);
    if (inexact !== null) return inexact;
    return pair ? decide(pair, arms.get(pair) ?? [], margin) : noBaselineOutcome(record, baseline);
  };
  return records.map((record) => ({ id: record.id, cell: record.cell, ...outcomeOf(record) }));
}

function pairsOf(records: readonly CellRecord[], baseline: Baseline | null): Map<CellRecord, Pair> {
  const entries = new Map(baseline?.cells.map((entry) => [entry.id, entry]));
  const pairs = new Map<CellRecord, Pair>();
  for (const record of records) {
    const entry = entries.get(record.id);
    if (record.status !== 'failed' && entry) pairs.set(record, { record, entry });
  }
  return pairs;
}

/** Each comparable pair with the values of all seeds of its arm. */
function armsOf(pairs: readonly Pair[]): Map<Pair, SeedValues[]> {
  const comparable = pairs.flatMap((pair) => {
    const { record, entry } = pair;
    const [expected, measured] = [valueOfEntry(entry), gatedValue(record)];
    if (record.status !== 'completed' || entry.status !== 'completed' || !sameData(pair)) return [];
    if (expected === null || measured === null) return [];
    return [{ pair, seed: record.seed, config: record.config, expected, measured }];
  });
  const arms = new Map<Pair, SeedValues[]>();
  for (const group of groupByArm(comparable).values()) {
    const values = group.map(({ seed, expected, measured }) => ({ seed, expected, measured }));
    for (const { pair } of group) arms.set(pair, values);
  }
  return arms;
}

function decide(pair: Pair, arm: readonly SeedValues[], margin: number): Outcome {
  for (const lane of lanes) {
    const outcome = lane({ ...pair, arm, margin });
    if (outcome) return outcome;
  }
  throw new Error(`checkRecords: no lane decides ${pair.record.cell}; the last lane must always decide`);
}

function failedOutcome(record: FailedRecord, baseline: Baseline | null): Outcome {
  const entry = baseline?.cells.find(({ id }) => id === record.id);
  return {
    verdict: 'failed',
    reason: `${record.cell}: failed: ${record.error}`,
    quantity: gatedMetric(record),
    expected: entry === undefined ? null : valueOfEntry(entry),
    measured: null,
  };
}

function noBaselineOutcome(record: CellRecord, baseline: Baseline | null): Outcome {
  const numbers = { quantity: gatedMetric(record), expected: null, measured: gatedValue(record) };
  const older = baseline?.cells.find((entry) => entry.cell === record.cell);
  const changed = older ? configChanges(older.config, record.config) : [];
  const why = !baseline
    ? `there is no baseline of ${record.suite}, ${record.profile}`
    : older
      ? `the baseline holds another configuration (${changed.join(', ') || 'same fields, other id'})`
      : 'the baseline does not hold this cell';
  const remedy = `npm run accept -- ${shellQuote(record.suite)} --profile ${record.profile} --why TEXT`;
  const reason = `${record.cell}: ${why}. To store this result: ${remedy}`;
  return { verdict: 'no-baseline', reason, ...numbers };
}

export interface VerdictSummary {
  counts: Record<VerdictName, number>;
  /**
   * What the exit code follows: `regressed` for any cell that regressed, failed or is irreproducible; `inconclusive`
   * where a cell could not be compared, for want of a baseline or of equal data (an error only where `--strict`);
   * otherwise `passed`.
   */
  outcome: 'passed' | 'regressed' | 'inconclusive';
}

/** How many cells have each verdict, and what that comes to. */
export function summarizeVerdicts(verdicts: readonly Verdict[]): VerdictSummary {
  const counts = Object.fromEntries(verdictNames.map((name) => [name, 0])) as Record<VerdictName, number>;
  for (const { verdict } of verdicts) counts[verdict] += 1;
  if (alarms.some((name) => counts[name] > 0)) return { counts, outcome: 'regressed' };
  return { counts, outcome: counts.inconclusive + counts['no-baseline'] > 0 ? 'inconclusive' : 'passed' };
}
