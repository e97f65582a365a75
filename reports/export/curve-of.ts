import type { CellRecord, CurvePoint } from '../../harness/record.ts';

/** A record's curve; of a failed one none. */
export function curveOf(record: CellRecord): readonly CurvePoint[] {
  return record.status === 'failed' ? [] : record.curve;
}
