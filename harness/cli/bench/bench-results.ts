import { stringify } from 'csv-stringify/sync';
import type { PeerResult } from '../../bench/peer-comparison.ts';
import { table } from '../io.ts';

/** One benchmark's result; null where not measured. */
export interface BenchResult {
  name: string;
  unit: 'ms';
  /** Median of the calls; beside a peer, of the alternations. */
  value: number;
  /** Half the distance between the quartiles, relative to the median. */
  spread: number;
  /** Median of the fastest peer's time over this one's: above 1, this program is faster. */
  ratio_to_peer: number | null;
  /** Confidence interval of that median. */
  ratio_low: number | null;
  ratio_high: number | null;
  /** The fastest peer's command line. */
  peer: string | null;
  gflop_per_second: number | null;
  /** Of the measured matrix-product peak. */
  share_of_peak: number | null;
}

const columns = [
  'name',
  'unit',
  'value',
  'spread',
  'ratio_to_peer',
  'ratio_low',
  'ratio_high',
  'peer',
  'gflop_per_second',
  'share_of_peak',
] as readonly (keyof BenchResult)[];

/** Rows as indented JSON. */
export function benchJson(rows: readonly object[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}

/** One row a benchmark, machine units, empty where not measured. */
export function benchCsv(results: readonly BenchResult[]): string {
  return rowsCsv(results, columns);
}

/** One line for each row, headed by the columns' names; null is empty. */
export function rowsCsv<T extends object>(rows: readonly T[], names: readonly (keyof T & string)[]): string {
  return stringify(
    rows.map((row) => names.map((name) => row[name])),
    { columns: [...names], header: true, escape_formulas: true },
  );
}

/** One line a benchmark, for people. */
export function benchTable(results: readonly BenchResult[]): string {
  const rows = results.map(({ name, value, spread, gflop_per_second, share_of_peak }) => [
    name,
    `${value.toFixed(2)} ms`,
    `± ${percent(spread)}`,
    gflop_per_second === null ? '' : gflop_per_second.toFixed(1),
    share_of_peak === null ? '' : percent(share_of_peak),
  ]);
  return table([['benchmark', 'median', 'spread', 'GFLOP/s', 'of peak'], ...rows]);
}

/** One line a peer: the ratio of its time to the benchmark's. */
export function peerTable(peers: readonly PeerResult[]): string {
  const rows = peers.map(({ command, stepMs, ratio: { median, interval, min, max } }) => [
    median.toFixed(3),
    `${interval.low.toFixed(3)} .. ${interval.high.toFixed(3)}`,
    percent(interval.coverage, 2),
    `${min.toFixed(3)} .. ${max.toFixed(3)}`,
    `${stepMs.toFixed(2)} ms`,
    command,
  ]);
  return table([['ratio', 'interval', 'coverage', 'range', 'median', 'peer'], ...rows]);
}

/** A fraction as a percentage: 0.123 -> `12.3 %`. */
export function percent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}
