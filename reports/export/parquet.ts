import { parquetWriteBuffer } from 'hyparquet-writer';
import type { CellRecord } from '../../harness/record.ts';
import { resultColumns } from '../results-csv.ts';
import { curveOf } from './curve-of.ts';

/** Tables of records in Parquet, for data frames. */

type Value = string | number | null;

/** The columns of results.csv, a row a record. A column of numbers alone is of doubles, any other of text. */
export function resultsParquet(records: readonly CellRecord[]): Uint8Array {
  const columns = [...resultColumns(records)].map(([name, fill]) => ({ name, values: records.map(fill) }));
  return parquetOf(columns);
}

/** Every value of every curve, a row each: `cell`, `at` (epochs or steps), `seconds`, `name`, `value`. */
export function curvesParquet(records: readonly CellRecord[]): Uint8Array {
  const rows = records.flatMap((record) =>
    curveOf(record).flatMap(({ at, seconds, values }) =>
      Object.entries(values).map(([name, value]) => ({ cell: record.cell, at, seconds, name, value })),
    ),
  );
  const fields = ['cell', 'at', 'seconds', 'name', 'value'] as const;
  return parquetOf(fields.map((name) => ({ name, values: rows.map((row) => row[name]) })));
}

function parquetOf(columns: readonly { name: string; values: readonly Value[] }[]): Uint8Array {
  const columnData = columns.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    const isNumeric = known.length > 0 && known.every((value) => typeof value === 'number');
    if (isNumeric) return { name, data: [...values], type: 'DOUBLE' as const };
    return { name, data: values.map((value) => (value === null ? null : String(value))), type: 'STRING' as const };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'factorbench' }));
}
