import { type FailedRecord, identityOf, recordVersion } from '../../record.ts';
import type { Cell } from '../../spec/cell.ts';

/** The record of a cell that gave no result; `error` says why. */
export function failedRecord(cell: Cell, error: string, startedAt: Date, finishedAt: Date): FailedRecord {
  return {
    version: recordVersion,
    ...identityOf(cell),
    // The clock may have been set back meanwhile.
    seconds: Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000,
    warnings: [],
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    status: 'failed',
    error,
  };
}
