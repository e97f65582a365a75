import { join } from 'node:path';
import { writeFileAtomically } from '../../harness/atomic-file.ts';
import type { CellRecord } from '../../harness/record.ts';
import { curveOf } from './curve-of.ts';
import { eventFile, type Scalar } from './event-file.ts';
import { curvesParquet, resultsParquet } from './parquet.ts';

export type ExportFormat = 'parquet' | 'tensorboard';

/** Writes records for other programs into a folder; gives the paths of the files. */
export async function writeExport(
  records: readonly CellRecord[],
  format: ExportFormat,
  dir: string,
): Promise<string[]> {
  const files = format === 'parquet' ? parquetFiles(records) : eventFiles(records);
  const paths: string[] = [];
  for (const [name, bytes] of files) {
    const path = join(dir, name);
    await writeFileAtomically(path, bytes, 'choose another folder with --to');
    paths.push(path);
  }
  return paths;
}

type File = readonly [name: string, bytes: Uint8Array];

function parquetFiles(records: readonly CellRecord[]): File[] {
  return [
    ['results.parquet', resultsParquet(records)],
    ['curves.parquet', curvesParquet(records)],
  ];
}

/** A folder a cell, which TensorBoard calls a run. Cells without a curve have none. */
function eventFiles(records: readonly CellRecord[]): File[] {
  return records.flatMap((record): File[] => {
    const scalars = scalarsOf(record);
    const [first] = scalars;
    if (first === undefined) return [];
    // TensorBoard knows its files by this name, and orders them by the second.
    return [[`${record.cell}/events.out.tfevents.${Math.floor(first.wallTime)}.factorbench`, eventFile(scalars)]];
  });
}

function scalarsOf(record: CellRecord): Scalar[] {
  let wallTime = Date.parse(record.started_at) / 1000;
  return curveOf(record).flatMap(({ at, seconds, values }) => {
    wallTime += seconds;
    return Object.entries(values).flatMap(([tag, value]) =>
      value === null ? [] : [{ tag, step: at, wallTime, value }],
    );
  });
}
