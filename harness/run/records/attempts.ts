import { firstLine } from '../../foreign-text.ts';
import type { CellRecord, FailedRecord } from '../../record.ts';

/** The record with a warning of the attempt before it, which counts from 1, and of those that this one warned of. */
export function afterFailure<R extends CellRecord>(record: R, earlier: FailedRecord, attempt: number): R {
  const warning = `Attempt ${attempt} failed, this is attempt ${attempt + 1}: ${firstLine(earlier.error)}`;
  return { ...record, warnings: [...earlier.warnings, ...record.warnings, warning] };
}
