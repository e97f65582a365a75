import type { Benchmark } from '../../bench/benchmark.ts';
import { type MemoryPoint, memoryCurve, residentGrowth } from '../../bench/memory-curve.ts';
import { type Io, table } from '../io.ts';
import type { OutputFormat } from './bench-options.ts';
import { benchJson, percent, rowsCsv } from './bench-results.ts';

/** One point as JSON and CSV tell it. */
export interface MemoryRow {
  benchmark: string;
  calls: number;
  resident_bytes: number;
  tensors: number;
}

const columns = ['benchmark', 'calls', 'resident_bytes', 'tensors'] as const satisfies readonly (keyof MemoryRow)[];

/** Prints how the memory of this process develops while a benchmark is called over and over. */
export async function benchMemory(
  { name, prepare }: Benchmark,
  { calls, format }: { calls: number; format: OutputFormat },
  io: Io,
): Promise<void> {
  const { task, dispose } = await prepare();
  try {
    const tell = ({ calls: done, resident, tensors }: MemoryPoint) =>
      void io.stderr.write(`${name}: ${done} of ${calls} calls, ${mebibytes(resident)} MiB, ${tensors} tensors\n`);
    const points = await memoryCurve(task, calls, tell);
    const rows = points.map(({ calls: done, resident, tensors }) => ({
      benchmark: name,
      calls: done,
      resident_bytes: resident,
      tensors,
    }));
    if (format === 'json') io.stdout.write(benchJson(rows));
    else if (format === 'csv') io.stdout.write(rowsCsv(rows, columns));
    else io.stdout.write(textOf(points));
    if (format !== 'table') io.stderr.write(growthOf(points));
  } finally {
    dispose();
  }
}

function textOf(points: readonly MemoryPoint[]): string {
  const lines = points.map(({ calls, resident, tensors }) => [String(calls), mebibytes(resident), String(tensors)]);
  return `${table([['calls', 'resident MiB', 'tensors'], ...lines])}${growthOf(points)}`;
}

function growthOf(points: readonly MemoryPoint[]): string {
  const growth = residentGrowth(points);
  return growth === null ? '' : `Growth after the first tenth: ${percent(growth)}.\n`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
