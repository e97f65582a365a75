import { type AnyFingerprint, differingFields } from '../../fingerprint.ts';
import { permutation, streamsOf } from '../../random.ts';
import { type CellRecord, type CompletedRecord, gatedMetric, gatedValue, identityOf } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';

/** What re-executing a stored cell showed. */
export interface Reproduction {
  cell: string;
  /** `not-comparable`: the two ran in different environments, where equal bits are not promised. */
  result: 'reproduced' | 'differs' | 'not-comparable' | 'failed';
  /** A sentence for people. */
  reason: string;
}

/** A seeded sample of `size` stored completed cells; all of them where there are no more. The order is the sample's. */
export function sampleRecords(records: readonly CellRecord[], size: number, seed: number): CompletedRecord[] {
  const completed = records
    .filter((record) => record.status === 'completed')
    .sort((a, b) => (a.cell < b.cell ? -1 : 1));
  const order = permutation(completed.length, streamsOf('verify', seed)('sample'));
  return [...order.subarray(0, size)].flatMap((index) => completed[index] ?? []);
}

/** The cell that a record came from. The record tells its configuration how long it took, and its memory. */
export function cellOfRecord(record: CompletedRecord, timeLimitSeconds: number): PlannedCell {
  const { parameters, seconds: estimatedSeconds, rss_peak_bytes: memoryBytes } = record;
  const cost = { flops: 0, bytes: 0, operations: 0, scalarSeconds: estimatedSeconds, memoryBytes: memoryBytes ?? 0 };
  return { ...identityOf(record), parameters, cost, estimatedSeconds, timeLimitSeconds, isNeeded: false };
}

/** Compares a stored record with that of its re-execution: equal fingerprints promise equal final weights. */
export function compareReproduction(stored: CompletedRecord, again: CellRecord): Reproduction {
  const { cell } = stored;
  if (again.status === 'failed') return { cell, result: 'failed', reason: again.error };
  const [metric, before, now] = [gatedMetric(stored), gatedValue(stored), gatedValue(again)];
  const [was, is]: AnyFingerprint[] = [stored.fingerprint, again.fingerprint];
  const differing = differingFields(was!, is!).map((name) => `${name}: ${was![name]} then, ${is![name]} now`);
  if (differing.length > 0) {
    const values = `${metric} ${before} then, ${now} now`;
    return { cell, result: 'not-comparable', reason: `the environment differs (${differing.join('; ')}); ${values}` };
  }
  if (stored.result_digest === again.result_digest) {
    const what = stored.weights_digest === null ? 'every measure' : `weights ${stored.weights_digest.slice(0, 16)}`;
    return { cell, result: 'reproduced', reason: `${what}, bit for bit` };
  }
  const weights = `weights ${stored.weights_digest} then, ${again.weights_digest} now`;
  return { cell, result: 'differs', reason: `${weights}; ${metric} ${before} then, ${now} now` };
}
