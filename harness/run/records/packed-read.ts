import { type PackedCurve, packCurve } from './packed-curve.ts';
import type { ReadFile } from './record-file.ts';

/** What was read of a file, its curve beside it: threads can hand it over. */
export interface PackedRead {
  /** With an empty curve, where `curve` has it. */
  read: ReadFile;
  /** Null: there is none to pack. */
  curve: PackedCurve | null;
}

/** @param known names of curves' values, for `packCurve` */
export function packedRead(read: ReadFile, known: Map<string, readonly string[]>): PackedRead {
  if (read.record === null || read.record.status === 'failed') return { read, curve: null };
  const { curve } = read.record;
  return { read: { record: { ...read.record, curve: [] } }, curve: packCurve(curve, known) };
}
