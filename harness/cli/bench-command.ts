import picomatch from 'picomatch';
import { loadEngine } from '../engine/tensorflow.ts';
import { UsageError } from '../errors.ts';
import { benchmarks } from '../measure/benchmarks.ts';
import { timeTask } from '../measure/speed.ts';
import { type Io, table } from './io.ts';

export interface BenchOptions {
  only?: string[];
  iterations: number;
  threads: number;
  json?: boolean;
}

/** One line of the result; `ratio_to_peer` is null where no peer was measured beside it. */
export interface BenchResult {
  name: string;
  unit: 'ms';
  value: number;
  spread: number;
  ratio_to_peer: number | null;
}

/** Times steps, kernels and the data pipeline in this process. */
export async function benchCommand(options: BenchOptions, io: Io): Promise<number> {
  const matches = picomatch(options.only ?? ['**']);
  const chosen = benchmarks.filter((benchmark) => matches(benchmark.name));
  if (chosen.length === 0) {
    const known = benchmarks.map((benchmark) => benchmark.name).join(', ');
    throw new UsageError(`--only ${options.only?.join(' --only ')}: matches no benchmark; known: ${known}`);
  }
  loadEngine({ threads: options.threads, device: 'cpu' });
  const results: BenchResult[] = [];
  for (const { name, prepare } of chosen) {
    io.stderr.write(`${name} ...\n`);
    const { task, dispose } = await prepare();
    const { median, spread } = await timeTask(task, { warmup: 2, timed: options.iterations });
    dispose();
    results.push({ name, unit: 'ms', value: median, spread, ratio_to_peer: null });
  }
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return 0;
  }
  const rows = results.map(({ name, value, spread }) => [
    name,
    `${value.toFixed(2)} ms`,
    `± ${(100 * spread).toFixed(1)} %`,
  ]);
  io.stdout.write(table([['benchmark', 'median', 'spread'], ...rows]));
  return 0;
}
