import type { Benchmark } from '../benchmark.ts';
import { dataBenchmarks } from './data-benchmarks.ts';
import { decompositionBenchmarks } from './decomposition-benchmarks.ts';
import { kernelBenchmarks } from './kernel-benchmarks.ts';
import { peakBenchmark } from './peak-benchmark.ts';
import { resnetBenchmarks } from './resnet-benchmarks.ts';
import { transformerBenchmarks } from './transformer-benchmarks.ts';
import { wideResnetBenchmarks } from './wide-resnet-benchmarks.ts';

/** Everything that `npm run bench` times. */
export const benchmarks: readonly Benchmark[] = [
  peakBenchmark,
  ...resnetBenchmarks,
  ...wideResnetBenchmarks,
  ...transformerBenchmarks,
  ...kernelBenchmarks,
  ...decompositionBenchmarks,
  ...dataBenchmarks,
];
