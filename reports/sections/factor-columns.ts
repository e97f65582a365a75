import { type Factor, factorOf } from '../../harness/spec/words.ts';
import { factorNamesOf } from '../arms/coordinates.ts';
import type { Column } from '../render/document.ts';
import { orDash } from '../render/format.ts';

/** What a table needs to know of a row to have its factors in columns. */
export interface WithFactors {
  kind: string;
  factors: readonly Factor[];
}

/** A column for each factor that any of the rows has; numbers where all of its values are. */
export function factorColumns<T>(
  rows: readonly T[],
  coordinatesOf: (row: T) => WithFactors,
  without: readonly string[] = [],
): Column<T>[] {
  const all = rows.map(coordinatesOf);
  return factorNamesOf(all)
    .filter((name) => !without.includes(name))
    .map((name) => ({
      name,
      cell: (row) => orDash(factorOf(coordinatesOf(row), name), String),
      numeric: all.every((arm) => typeof (factorOf(arm, name) ?? 0) === 'number'),
    }));
}
