import { canonicalJson } from '../harness/canonical-json.ts';
import type { CellRecord, Verdict } from '../harness/record.ts';
import type { BaselineEntry } from './baseline.ts';
import { mean } from './moments.ts';
import { counted, fullScore, scoreChange, scoreText } from './wording.ts';

/** A record beside the baseline's entry of the same id. */
export interface Pair {
  record: CellRecord;
  entry: BaselineEntry;
}

/** The metric of one seed, then and now. */
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

const countNames = ['parameters', 'nonzero_parameters', 'macs', 'ratio'] as const;

/** Where training chooses which weights to mask, so that another environment's rounding moves the operations too. */
const isMasked = (entry: BaselineEntry) => entry.nonzero_parameters !== entry.parameters;

/** Counts are exact: any change, in either direction, needs `accept`. The operations of a masked network are no count. */
export const countLane: Lane = ({ record, entry }) => {
  const names = isMasked(entry) ? countNames.filter((name) => name !== 'macs') : countNames;
  const stored = names.filter((name) => entry[name] !== null && entry[name] !== record[name]);
  // A run that diverged may not have been counted; that it diverged is the next lane's matter.
  const changed = record.status === 'diverged' ? stored.filter((name) => record[name] !== null) : stored;
  const [first] = changed;
  if (!first) return null;
  const differences = changed.map((name) => `${name} expected ${entry[name]}, measured ${record[name] ?? 'nothing'}`);
  return {
    verdict: 'regressed',
    reason: `${record.cell}: ${differences.join('; ')}. A changed count needs accept.`,
    expected: entry[first],
    measured: record[first],
  };
};

/** A run that diverges where the baseline did not is a regression, never dropped from the statistics. */
export const divergenceLane: Lane = ({ record, entry }) => {
  if (record.status !== 'diverged' && entry.status !== 'diverged') return null;
  const numbers = { expected: entry.value, measured: record.value };
  if (record.status === entry.status) {
    return { verdict: 'pass', reason: `${record.cell}: diverged, as the baseline did.`, ...numbers };
  }
  if (record.status === 'diverged') {
    const reason = `${record.cell}: diverged, expected ${record.metric} ${shown(record, entry.value)}, measured ${shown(record, record.value)}.`;
    return { verdict: 'regressed', reason, ...numbers };
  }
  const reason = `${record.cell}: measured ${record.metric} ${shown(record, record.value)}, where the baseline diverged.`;
  return { verdict: 'improved', reason, ...numbers };
};

/** Values measured on other data are not comparable, whichever way they differ. */
export const dataLane: Lane = ({ record, entry }) => {
  if (sameData({ record, entry })) return null;
  const [expected, measured] = [entry.fingerprint?.data ?? 'unknown', record.fingerprint?.data ?? 'unknown'];
  return {
    verdict: 'inconclusive',
    reason:
      `${record.cell}: the baseline was measured on other data (digest ${expected}, now ${measured}); ` +
      `${record.metric} ${shown(record, entry.value)} then, ${shown(record, record.value)} now. Use the same data, or accept.`,
    expected: entry.value,
    measured: record.value,
  };
};

/**
 * The same environment and bit-identical weights give the same value. Another value is no matter of chance or of a
 * margin: the baseline file was altered, or the evaluation changed.
 */
export const exactLane: Lane = ({ record, entry }) => {
  if (!sameWeights({ record, entry })) return null;
  const [expected, measured] = [entry.value ?? 0, record.value ?? 0];
  const { metric } = record;
  if (measured !== expected) {
    return {
      verdict: measured < expected ? 'regressed' : 'improved',
      reason:
        `${record.cell}: ${metric} expected ${scoreText(metric, expected)}, measured ${scoreText(metric, measured)} ` +
        `(${scoreChange(metric, measured - expected)}), though the weights are bit-identical to the baseline's: ` +
        'the baseline file was altered, or the evaluation changed.',
      expected: entry.value,
      measured: record.value,
    };
  }
  return {
    verdict: 'reproduced',
    reason: `${record.cell}: weights bit-identical to the baseline's, ${record.metric} ${shown(record, record.value)}.`,
    expected: entry.value,
    measured: record.value,
  };
};

/** The mean over the arm's seeds against the baseline's mean over the same seeds; a change within the margin passes. */
export const accuracyLane: Lane = (cell) => {
  const expected = mean(cell.arm.map((values) => values.expected));
  const measured = mean(cell.arm.map((values) => values.measured));
  if (expected === null || measured === null) return null;
  const difference = measured - expected;
  const verdict = exceeds(-difference, cell.margin)
    ? 'regressed'
    : exceeds(difference, cell.margin)
      ? 'improved'
      : 'pass';
  const { record } = cell;
  const { metric } = record;
  const seeds = cell.arm.map(({ seed }) => seed).join(', ');
  const reason =
    `${record.cell}: ${metric} expected ${scoreText(metric, expected)}, measured ${scoreText(metric, measured)} ` +
    `(${scoreChange(metric, difference)}, mean of ${counted(cell.arm.length, 'seed')}: ${seeds}; margin ${((100 * cell.margin) / fullScore[metric]).toFixed(2)} points).`;
  return { verdict, reason: reason + noteOf(cell), expected, measured };
};

/** True where both sides name their data and it is the same. */
export function sameData({ record, entry }: Pair): boolean {
  return record.fingerprint !== null && record.fingerprint.data === entry.fingerprint?.data;
}

function sameFingerprint({ record, entry }: Pair): boolean {
  return record.fingerprint !== null && canonicalJson(record.fingerprint) === canonicalJson(entry.fingerprint);
}

function sameWeights({ record, entry }: Pair): boolean {
  return (
    sameFingerprint({ record, entry }) &&
    record.weights_digest !== null &&
    record.weights_digest === entry.weights_digest
  );
}

function noteOf(pair: Pair): string {
  if (sameFingerprint(pair)) return ' Drift: same environment, other weights.';
  return " Another environment than the baseline's: not comparable bit by bit.";
}

/** `difference > margin`, where rounding of the means does not count as a difference. */
function exceeds(difference: number, margin: number): boolean {
  return difference - margin > 1e-9;
}

function shown({ metric }: CellRecord, value: number | null): string {
  return value === null ? 'nothing' : scoreText(metric, value);
}
