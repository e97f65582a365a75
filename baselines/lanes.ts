import { canonicalJson } from '../harness/canonical-json.ts';
import { differingFields } from '../harness/fingerprint.ts';
import {
  type ExactCheck,
  type FinishedRecord,
  gatedMetric,
  gatedValue,
  passes,
  type Verdict,
} from '../harness/record.ts';
import { gainOf } from '../harness/spec/metrics.ts';
import { mean } from '../harness/statistics/moments.ts';
import { type BaselineEntry, valueOfEntry } from './baseline.ts';
import { changeNumber, changeText, changeUnit, counted, valueText } from './wording.ts';

/** A record beside the baseline's entry of the same id. */
export interface Pair {
  record: FinishedRecord;
  entry: BaselineEntry;
}

/** The gated metric of one seed, then and now. */
export interface SeedValues {
  seed: number;
  expected: number;
  measured: number;
}

/** What a lane sees of one cell. */
export interface Case extends Pair {
  /** The arm's seeds, this cell's included, of which both sides have a value measured on the same data. */
  arm: readonly SeedValues[];
  /** Smallest change of the metric that counts, in its unit. */
  margin: number;
}

export type Outcome = Omit<Verdict, 'id' | 'cell'>;

/** One question about a cell. Null: this lane does not decide, the next one does. */
export type Lane = (cell: Case) => Outcome | null;

/**
 * A check of exactness that fails is a regression, with a baseline or without; and so is one that the baseline has and
 * the record lacks.
 */
export function exactnessOutcome({ cell, checks }: FinishedRecord, entry: BaselineEntry | undefined): Outcome | null {
  const known = new Set(checks.map(({ name }) => name));
  const lacking = (entry?.checks ?? []).filter(({ name }) => !known.has(name));
  const failing = [
    ...checks.filter((check) => !passes(check)),
    ...lacking.map((check) => ({ ...check, measured: null })),
  ];
  const [first] = failing;
  if (first === undefined) return null;
  return {
    verdict: 'regressed',
    reason: `${cell}: ${failing.map(missText).join('; ')}.`,
    quantity: first.name,
    expected: first.expected,
    measured: first.measured,
  };
}

function missText({ name, expected, measured, tolerance }: ExactCheck): string {
  return `${name} must be ${expected} within ${tolerance}, measured ${measured ?? 'nothing'}`;
}

const countNames = ['parameters', 'nonzero_parameters', 'macs', 'ratio'] as const;

/** Where training chooses which weights to mask, so that another environment's rounding moves the operations too. */
const isMasked = (entry: BaselineEntry) => entry.nonzero_parameters !== entry.parameters;

/**
 * Counts are exact: any change, in either direction, needs `accept`. The operations of a masked network are no count.
 */
export const countLane: Lane = ({ record, entry }) => {
  const names = isMasked(entry) ? countNames.filter((name) => name !== 'macs') : countNames;
  const stored = names.filter((name) => entry[name] !== null && entry[name] !== record[name]);
  // A run that diverged may not have been counted; that it diverged is the next lane's matter.
  const changed = record.status === 'diverged' ? stored.filter((name) => record[name] !== null) : stored;
  const [first] = changed;
  if (first === undefined) return null;
  const differences = changed.map((name) => `${name} expected ${entry[name]}, measured ${record[name] ?? 'nothing'}`);
  return {
    verdict: 'regressed',
    reason: `${record.cell}: ${differences.join('; ')}. A changed count needs accept.`,
    quantity: first,
    expected: entry[first],
    measured: record[first],
  };
};

/** A run that diverges where the baseline did not is a regression, never dropped from the statistics. */
export const divergenceLane: Lane = ({ record, entry }) => {
  if (record.status !== 'diverged' && entry.status !== 'diverged') return null;
  const numbers = numbersOf({ record, entry });
  const { cell } = record;
  if (record.status === entry.status) {
    return { verdict: 'pass', reason: `${cell}: diverged, as the baseline did.`, ...numbers };
  }
  const metric = numbers.quantity;
  const measured = shown(metric, numbers.measured);
  if (record.status === 'diverged') {
    const reason = `${cell}: diverged, expected ${metric} ${shown(metric, numbers.expected)}, measured ${measured}.`;
    return { verdict: 'regressed', reason, ...numbers };
  }
  return {
    verdict: 'improved',
    reason: `${cell}: measured ${metric} ${measured}, where the baseline diverged.`,
    ...numbers,
  };
};

/** Values measured on other data are not comparable, whichever way they differ. */
export const dataLane: Lane = ({ record, entry }) => {
  if (sameData({ record, entry })) return null;
  const numbers = numbersOf({ record, entry });
  const { quantity: metric } = numbers;
  return {
    verdict: 'inconclusive',
    reason:
      `${record.cell}: the baseline was measured on other data (digest ${entry.fingerprint.data}, now ` +
      `${record.fingerprint.data}); ${metric} ${shown(metric, numbers.expected)} then, ` +
      `${shown(metric, numbers.measured)} ` +
      'now. Use the same data, or accept.',
    ...numbers,
  };
};

/**
 * The same environment and bit-identical weights give the same value. Another value, better or worse, is no matter of
 * chance or of a margin: the record or the baseline was altered, or the evaluation changed.
 */
export const exactLane: Lane = ({ record, entry }) => {
  if (!sameWeights({ record, entry })) return null;
  const numbers = numbersOf({ record, entry });
  const { quantity: metric, expected, measured } = numbers;
  if (measured === expected || expected === null || measured === null) {
    const reason = `${record.cell}: weights bit-identical to the baseline's, ${metric} ${shown(metric, measured)}.`;
    return { verdict: 'reproduced', reason, ...numbers };
  }
  return {
    verdict: 'regressed',
    reason:
      `${record.cell}: ${metric} expected ${valueText(metric, expected)}, measured ${valueText(metric, measured)} ` +
      `(${changeText(metric, measured - expected)}), though the weights are bit-identical to the baseline's: ` +
      'the record or the baseline was altered, or the evaluation changed.',
    ...numbers,
  };
};

/** Without weights to compare, the same environment and the same measures reproduce a cell. */
export const computedLane: Lane = ({ record, entry }) => {
  if (record.weights_digest !== null || entry.weights_digest !== null || !sameEnvironment({ record, entry }))
    return null;
  if (canonicalJson(record.measures) !== canonicalJson(entry.measures)) return null;
  const numbers = numbersOf({ record, entry });
  const value = shown(numbers.quantity, numbers.measured);
  return {
    verdict: 'reproduced',
    reason: `${record.cell}: every measure as in the baseline, ${numbers.quantity} ${value}.`,
    ...numbers,
  };
};

/**
 * The same program in the same environment gives the same bits: where it gave others, an operation is not repeatable, or
 * something that decides bits is missing from the fingerprint, and no other comparison means what it says.
 */
export const repetitionLane: Lane = ({ record, entry }) => {
  if (entry.program !== record.program || !sameEnvironment({ record, entry })) return null;
  const numbers = numbersOf({ record, entry });
  const { quantity: metric, expected, measured } = numbers;
  const [was, is] = [entry.weights_digest, record.weights_digest].map((digest) => digest?.slice(0, 16) ?? 'none');
  return {
    verdict: 'irreproducible',
    reason:
      `${record.cell}: the same program in the same environment gave weights ${was} in the baseline, ${is} now; ` +
      `${metric} ${shown(metric, expected)} then, ${shown(metric, measured)} now.`,
    ...numbers,
  };
};

/** The mean over the arm's seeds against the baseline's mean over the same seeds; a loss within the margin passes. */
export const qualityLane: Lane = (cell) => {
  const expected = mean(cell.arm.map((values) => values.expected));
  const measured = mean(cell.arm.map((values) => values.measured));
  if (expected === null || measured === null) return null;
  const { record, margin } = cell;
  const metric = gatedMetric(record);
  const gain = gainOf(metric, measured) - gainOf(metric, expected);
  const verdict = exceeds(-gain, margin) ? 'regressed' : exceeds(gain, margin) ? 'improved' : 'pass';
  const seeds = cell.arm.map(({ seed }) => seed).join(', ');
  const allowed = `${changeNumber(metric, margin).replace('+', '')} ${changeUnit(metric)}`.trimEnd();
  const reason =
    `${record.cell}: ${metric} expected ${valueText(metric, expected)}, measured ${valueText(metric, measured)} ` +
    `(${changeText(metric, measured - expected)}, mean of ${counted(cell.arm.length, 'seed')}: ${seeds}; margin ` +
    `${allowed}).`;
  return { verdict, reason: reason + noteOf(cell), quantity: metric, expected, measured };
};

function numbersOf({ record, entry }: Pair) {
  return { quantity: gatedMetric(record), expected: valueOfEntry(entry), measured: gatedValue(record) };
}

/** True where both sides were computed on the same data. */
export function sameData({ record, entry }: Pair): boolean {
  return record.fingerprint.data === entry.fingerprint.data;
}

/** True where both sides must have the same bits, if the program is the same. */
function sameEnvironment({ record, entry }: Pair): boolean {
  return differingFields(record.fingerprint, entry.fingerprint).length === 0;
}

function sameWeights(pair: Pair): boolean {
  const { record, entry } = pair;
  return sameEnvironment(pair) && record.weights_digest !== null && record.weights_digest === entry.weights_digest;
}

function noteOf(pair: Pair): string {
  const what = pair.record.weights_digest === null && pair.entry.weights_digest === null ? 'measures' : 'weights';
  if (sameEnvironment(pair)) return ` Drift: another program in the same environment gave other ${what}.`;
  return " Another environment than the baseline's: not comparable bit by bit.";
}

/** `difference > margin`, where rounding of the means does not count as a difference. */
export function exceeds(difference: number, margin: number): boolean {
  return difference - margin > 1e-9;
}

function shown(metric: string, value: number | null): string {
  return value === null ? 'nothing' : valueText(metric, value);
}
