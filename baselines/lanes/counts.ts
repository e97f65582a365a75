import type { BaselineEntry } from '../baseline.ts';
import { type CountChange, countChanges, isEqual } from '../count-changes.ts';
import { recordValues } from '../record-values.ts';
import { someOf } from '../wording.ts';
import { type Finding, type Lane, type Pair, sameEnvironment } from './lane.ts';

const countNames = ['parameters', 'nonzero_parameters', 'macs', 'ratio'] as const;

/** Where training chooses which weights to mask, so that another environment's rounding moves the operations too. */
const isMasked = (entry: BaselineEntry) => entry.nonzero_parameters !== entry.parameters;

/**
 * Counts are exact: any change, in either direction, needs `accept`. The operations of a masked network are no count, and
 * the tensor peak, which follows the kernels, is one within an environment.
 */
export const counts: Lane = (pair) =>
  countFinding([...sizeChanges(pair), ...valueChanges(pair), ...peakChanges(pair), ...definedChanges(pair)]);

/** What is said of counts that changed; null: none did. */
export function countFinding(changes: readonly (Omit<CountChange, 'measured'> & { measured: number | null })[]) {
  const [first] = changes;
  if (first === undefined) return null;
  const texts = changes.map(({ name, expected, measured }) => {
    return `${name} expected ${expected}, measured ${measured ?? 'nothing'}`;
  });
  const finding: Finding = {
    verdict: 'regressed',
    lane: 'counts',
    reason: `${someOf(texts)}. A changed count needs accept.`,
    quantity: first.name,
    expected: first.expected,
    measured: first.measured,
    bound: null,
  };
  return finding;
}

function sizeChanges({ record, entry }: Pair) {
  const names = isMasked(entry) ? countNames.filter((name) => name !== 'macs') : countNames;
  return names.flatMap((name) => {
    const [expected, measured] = [entry[name], record[name]];
    // A run that diverged may not have been counted; that it diverged is for quality to say.
    const isUncounted = record.status === 'diverged' && measured === null;
    return expected === null || expected === measured || isUncounted ? [] : [{ name, expected, measured }];
  });
}

/** How much a record holds; one of a training that diverged ends early. */
function valueChanges({ record, entry }: Pair): CountChange[] {
  const expected = entry.record_values ?? null;
  if (expected === null || record.status === 'diverged' || entry.status === 'diverged') return [];
  const change = { name: 'values in the record', expected, measured: recordValues(record) };
  return isEqual(change) ? [] : [change];
}

/** Bytes that the tensors of a training step hold at most, with all that the cell keeps. */
function peakChanges(pair: Pair) {
  const [expected, measured] = [pair.entry.tensor_peak_bytes ?? null, pair.record.tensor_peak_bytes];
  if (expected === null || !sameEnvironment(pair)) return [];
  const change = { name: 'tensor_peak_bytes', expected, measured };
  // A run that diverged may not have been measured.
  if (measured === null) return pair.record.status === 'diverged' ? [] : [change];
  return isEqual({ ...change, measured }) ? [] : [change];
}

function definedChanges({ record, entry }: Pair): CountChange[] {
  const [accepted, own] = [entry.definition, record.definition];
  return accepted === undefined || own === undefined || accepted.data !== own.data ? [] : countChanges(accepted, own);
}
