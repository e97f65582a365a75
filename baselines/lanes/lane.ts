import { differingFields } from '../../harness/fingerprint.ts';
import { type FinishedRecord, gatedMetric, gatedValue, type Verdict } from '../../harness/record.ts';
import { type BaselineEntry, valueOfEntry } from '../baseline.ts';
import { valueText } from '../wording.ts';

/** A record beside the accepted entry of its configuration and data. */
export interface Pair {
  record: FinishedRecord;
  entry: BaselineEntry;
}

/** What one lane says of a cell; the reason is without the cell's name. */
export type Finding = Omit<Verdict, 'id' | 'cell'>;

/** One question about a cell. Null: it has nothing to say. */
export type Lane<C = Pair> = (cell: C) => Finding | null;

/** The gated metric on both sides, as a finding shows it. */
export function numbersOf({ record, entry }: Pair) {
  return { quantity: gatedMetric(record), expected: valueOfEntry(entry), measured: gatedValue(record), bound: null };
}

/** True where both sides must have the same bits, if the program is the same. */
export function sameEnvironment({ record, entry }: Pair): boolean {
  return differingFields(record.fingerprint, entry.fingerprint).length === 0;
}

/** Whether neither side has weights: closed forms and scores, in which there is no chance. */
export function isComputed({ record, entry }: Pair): boolean {
  const completed = record.status === 'completed' && entry.status === 'completed';
  return completed && record.weights_digest === null && entry.weights_digest === null;
}

export function shown(metric: string, value: number | null): string {
  return value === null ? 'nothing' : valueText(metric, value);
}
