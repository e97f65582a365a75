import type { Benchmark } from '../../bench/benchmark.ts';
import { benchmarks } from '../../bench/benchmarks/benchmarks.ts';
import { batchOf128 } from '../../bench/benchmarks/data-benchmarks.ts';
import { peakBenchmark } from '../../bench/benchmarks/peak-benchmark.ts';
import { denseTrainStep } from '../../bench/benchmarks/resnet-benchmarks.ts';
import type { PeerComparison } from '../../bench/peer-comparison.ts';
import { outerEnvironment } from '../../engine/environment.ts';
import { loadEngine } from '../../engine/tensorflow.ts';
import { type Timing, timeTask, timingOf } from '../../measure/speed.ts';
import type { Io } from '../io.ts';
import { benchMemory } from './bench-memory.ts';
import { type BenchOptions, formatOf, type OutputFormat } from './bench-options.ts';
import { measureBesidePeers, peerFields, peersJson } from './bench-peers.ts';
import { profileBenchmarks } from './bench-profile.ts';
import { type BenchResult, benchCsv, benchJson, benchTable, peerTable, percent } from './bench-results.ts';
import { selectBenchmarks } from './bench-selection.ts';

/** The fewest calls that the peak is the fastest of: other rates are shares of it. */
const fewestPeakCalls = 10;

interface Measured {
  result: BenchResult;
  comparison: PeerComparison | null;
}

/** Times steps, kernels and the data pipeline in this process, compares them with other programs, or profiles them. */
export async function benchCommand(
  options: BenchOptions,
  io: Io,
  known: readonly Benchmark[] = benchmarks,
): Promise<number> {
  const chosen = selectBenchmarks(options, known);
  // Taken before the engine sets variables of its own, which no peer asked for.
  const env = { ...outerEnvironment(io.env) };
  loadEngine({ threads: options.threads, device: 'cpu' });
  const { iterations, profile, memory } = options;
  const format = formatOf(options);
  if (memory !== undefined) {
    await benchMemory(chosen[0]!, { calls: memory, format }, io);
    return 0;
  }
  const needsPeak = profile !== undefined || chosen.some(({ flops }) => flops !== null);
  const peak = needsPeak ? await time(peakBenchmark, Math.max(fewestPeakCalls, iterations), io) : null;
  const peakRate = peak === null ? null : rateOf(peakBenchmark, peak.best);
  if (profile !== undefined) {
    await profileBenchmarks(chosen, { grouping: profile, steps: iterations, peak: peakRate!, format }, io);
    return 0;
  }
  const measured: Measured[] = [];
  for (const benchmark of chosen) {
    if (options.peer !== undefined) measured.push(await compare(benchmark, options, io, env, peakRate));
    else if (benchmark.name === peakBenchmark.name) {
      measured.push({ result: resultOf(benchmark, peak!, peakRate, peakRate), comparison: null });
    } else {
      const timing = await time(benchmark, iterations, io);
      measured.push({
        result: resultOf(benchmark, timing, rateOf(benchmark, timing.median), peakRate),
        comparison: null,
      });
    }
  }
  print(measured, format, io);
  return 0;
}

/** The benchmark alone. */
async function time({ name, prepare }: Benchmark, timed: number, io: Io): Promise<Timing> {
  io.stderr.write(`${name} ...\n`);
  const { task, dispose } = await prepare();
  try {
    return await timeTask(task, { warmup: 2, timed });
  } finally {
    dispose();
  }
}

/** The benchmark beside other programs. */
async function compare(
  benchmark: Benchmark,
  options: BenchOptions,
  io: Io,
  env: NodeJS.ProcessEnv,
  peak: number | null,
): Promise<Measured> {
  io.stderr.write(`${benchmark.name} ...\n`);
  const prepared = await benchmark.prepare();
  try {
    const comparison = await measureBesidePeers(prepared, options, io, env);
    const timing = timingOf(comparison.milliseconds);
    const result = resultOf(benchmark, timing, rateOf(benchmark, timing.median), peak);
    return { result: { ...result, ...peerFields(comparison) }, comparison };
  } finally {
    prepared.dispose();
  }
}

/** GFLOP/s; null where the benchmark's arithmetic is not counted. */
function rateOf({ flops }: Benchmark, milliseconds: number): number | null {
  return flops === null ? null : flops / milliseconds / 1e6;
}

function resultOf({ name }: Benchmark, timing: Timing, rate: number | null, peak: number | null): BenchResult {
  return {
    name,
    unit: 'ms',
    value: timing.median,
    spread: timing.spread,
    ratio_to_peer: null,
    ratio_low: null,
    ratio_high: null,
    peer: null,
    gflop_per_second: rate,
    share_of_peak: rate === null || peak === null ? null : rate / peak,
  };
}

/** The results on stdout; what JSON and CSV do not hold goes to stderr then. */
function print(measured: readonly Measured[], format: OutputFormat, io: Io): void {
  const results = measured.map(({ result }) => result);
  io.stdout.write(format === 'json' ? jsonOf(measured) : format === 'csv' ? benchCsv(results) : benchTable(results));
  const readable = format === 'table' ? io.stdout : io.stderr;
  for (const { comparison } of measured) if (comparison !== null) readable.write(`\n${peerTable(comparison.peers)}`);
  const share = dataShare(results);
  if (share !== null) readable.write(share);
}

/** Results, with every peer's part. */
function jsonOf(measured: readonly Measured[]): string {
  return benchJson(
    measured.map(({ result, comparison }) => ({
      ...result,
      peers: comparison === null ? null : peersJson(comparison),
    })),
  );
}

/** Which share of a training step preparing its batch takes; null where either was not measured. */
function dataShare(results: readonly BenchResult[]): string | null {
  const data = results.find(({ name }) => name === batchOf128.name);
  const step = results.find(({ name }) => name === denseTrainStep.name);
  if (data === undefined || step === undefined) return null;
  const [batch, training] = [data.value, step.value].map((value) => `${value.toFixed(2)} ms`);
  return `Data pipeline: ${batch} a batch, ${percent(data.value / step.value)} of a dense ResNet-20 training step (${training}).\n`;
}
