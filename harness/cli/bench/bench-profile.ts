import type { Benchmark } from '../../bench/benchmark.ts';
import { type OperationRow, type ProfileGrouping, summarizeOperations } from '../../bench/operation-summary.ts';
import { profileOperations } from '../../engine/op-profile.ts';
import { UsageError } from '../../errors.ts';
import { type Io, table } from '../io.ts';
import type { OutputFormat } from './bench-options.ts';
import { benchJson, percent, rowsCsv } from './bench-results.ts';
import { namesOf } from './bench-selection.ts';

/** One row of a profile as JSON and CSV tell it; null where it does not apply. */
export interface ProfileRow extends OperationRow {
  benchmark: string;
  /** Of the measured matrix-product peak. */
  share_of_peak: number | null;
}

export interface ProfileOptions {
  grouping: ProfileGrouping;
  /** Profiled steps of each benchmark, after one that is not. */
  steps: number;
  /** The machine's measured matrix-product peak, GFLOP/s. */
  peak: number;
  format: OutputFormat;
}

const columns = [
  'benchmark',
  'operation',
  'shapes',
  'calls_per_step',
  'ms_per_step',
  'share',
  'gflop_per_second',
  'share_of_peak',
] as readonly (keyof ProfileRow)[];

/**
 * Prints where the time of the benchmarks' steps goes. Benchmarks without an eager step are passed over, which stderr
 * tells.
 *
 * @throws UsageError where none has one
 */
export async function profileBenchmarks(
  chosen: readonly Benchmark[],
  { grouping, steps, peak, format }: ProfileOptions,
  io: Io,
): Promise<void> {
  const rows: ProfileRow[] = [];
  for (const benchmark of chosen) {
    const operations = await profileOf(benchmark, steps, grouping);
    if (operations === null) {
      io.stderr.write(`${benchmark.name}: not profiled, as it is no step of operations\n`);
      continue;
    }
    io.stderr.write(`${benchmark.name}: ${steps} step(s) profiled\n`);
    for (const row of operations) {
      const share = row.gflop_per_second === null ? null : row.gflop_per_second / peak;
      rows.push({ benchmark: benchmark.name, ...row, share_of_peak: share });
    }
  }
  if (rows.length === 0) {
    throw new UsageError(
      `--profile: none of ${namesOf(chosen)} is a step of operations; try --only 'train-step*' or --only ` +
        `'evaluation*'.`,
    );
  }
  if (format === 'json') io.stdout.write(benchJson(rows));
  else if (format === 'csv') io.stdout.write(rowsCsv(rows, columns));
  else io.stdout.write(profileText(rows, grouping));
}

/** Null for a benchmark without an eager step. */
async function profileOf(
  { prepare }: Benchmark,
  steps: number,
  grouping: ProfileGrouping,
): Promise<OperationRow[] | null> {
  const { runEagerly, dispose } = await prepare();
  try {
    if (runEagerly === undefined) return null;
    runEagerly();
    return summarizeOperations(
      Array.from({ length: steps }, () => profileOperations(runEagerly)),
      grouping,
    );
  } finally {
    dispose();
  }
}

function profileText(rows: readonly ProfileRow[], grouping: ProfileGrouping): string {
  const names = [...new Set(rows.map(({ benchmark }) => benchmark))];
  return names
    .map((name) => {
      const own = rows.filter(({ benchmark }) => benchmark === name);
      const total = own.reduce((sum, row) => sum + row.ms_per_step, 0);
      const head = [
        'operation',
        'calls',
        'ms',
        'share',
        'GFLOP/s',
        'of peak',
        ...(grouping === 'shapes' ? ['shapes'] : []),
      ];
      const lines = own.map((row) => [
        row.operation,
        row.calls_per_step === null ? '' : String(row.calls_per_step),
        row.ms_per_step.toFixed(2),
        percent(row.share),
        row.gflop_per_second === null ? '' : row.gflop_per_second.toFixed(1),
        row.share_of_peak === null ? '' : percent(row.share_of_peak),
        ...(grouping === 'shapes' ? [row.shapes ?? ''] : []),
      ]);
      return `${name}: ${total.toFixed(2)} ms a step, operation by operation\n${table([head, ...lines])}`;
    })
    .join('\n');
}
