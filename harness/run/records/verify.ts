import { isDeepStrictEqual } from 'node:util';
import { permutation, streamsOf } from '../../random.ts';
import { type CellRecord, type Fingerprint, identityOf } from '../../record.ts';
import type { Cell } from '../../spec/spec.ts';

/** What re-executing a stored cell showed. */
export interface Reproduction {
  cell: string;
  /** `not-comparable`: the two ran in different environments, where equal bits are not promised. */
  result: 'reproduced' | 'differs' | 'not-comparable' | 'failed';
  /** A sentence for people. */
  reason: string;
}

/** A seeded sample of `size` stored completed cells; all of them where there are no more. The order is the sample's. */
export function sampleRecords(records: readonly CellRecord[], size: number, seed: number): CellRecord[] {
  const completed = records
    .filter((record) => record.status === 'completed' && record.weights_digest !== null)
    .sort((a, b) => (a.cell < b.cell ? -1 : 1));
  const order = permutation(completed.length, streamsOf('verify', seed)('sample'));
  return [...order.subarray(0, size)].map((index) => completed[index]!);
}

/** The cell that a record came from. The record tells its configuration and how long it took. */
export function cellOfRecord(record: CellRecord, timeLimitSeconds: number): Cell {
  return {
    ...identityOf(record),
    estimatedSeconds: record.seconds ?? 0,
    timeLimitSeconds,
  };
}

/** Compares a stored record with that of its re-execution: equal fingerprints promise equal final weights. */
export function compareReproduction(stored: CellRecord, again: CellRecord): Reproduction {
  const { cell } = stored;
  if (again.status === 'failed') return { cell, result: 'failed', reason: again.error ?? 'no error message' };
  const differing = differingFields(stored.fingerprint, again.fingerprint);
  if (differing.length > 0) {
    const values = `${stored.metric} ${stored.value} then, ${again.value} now`;
    return { cell, result: 'not-comparable', reason: `the environment differs (${differing.join('; ')}); ${values}` };
  }
  if (stored.weights_digest === again.weights_digest && stored.value === again.value) {
    return { cell, result: 'reproduced', reason: `weights ${stored.weights_digest?.slice(0, 16)}, bit for bit` };
  }
  const weights = `weights ${stored.weights_digest} then, ${again.weights_digest} now`;
  return { cell, result: 'differs', reason: `${weights}; ${stored.metric} ${stored.value} then, ${again.value} now` };
}

function differingFields(stored: Fingerprint | null, again: Fingerprint | null): string[] {
  if (stored === null || again === null) return ['a record has no fingerprint'];
  const names = Object.keys(stored) as (keyof Fingerprint)[];
  return names
    .filter((name) => !isDeepStrictEqual(stored[name], again[name]))
    .map((name) => `${name}: ${stored[name]} then, ${again[name]} now`);
}
