import type { Benchmark } from '../../../harness/bench/benchmark.ts';
import { benchCommand } from '../../../harness/cli/bench/bench-command.ts';
import type { BenchOptions } from '../../../harness/cli/bench/bench-options.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { capture } from '../../run/helpers.ts';
import '../../helpers/engine.ts';

/** Names of the fakes that were prepared and disposed of, in order. */
export const prepared: string[] = [];
export const disposed: string[] = [];

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A benchmark whose calls take the given milliseconds; its eager step is one product of [20, 30] and [30, 40]. */
export function fake(
  name: string,
  milliseconds: number,
  { flops = null as number | null, eager = false } = {},
): Benchmark {
  const product = () => tf.tidy(() => void tf.matMul(tf.ones([20, 30]), tf.ones([30, 40])));
  return {
    name,
    flops,
    prepare: async () => {
      prepared.push(name);
      return {
        task: () => busy(milliseconds),
        ...(eager ? { runEagerly: product } : {}),
        dispose: () => void disposed.push(name),
      };
    },
  };
}

/** Without arithmetic to count, so that no peak is measured for them. */
export const known: Benchmark[] = [
  fake('train-step/resnet-20/dense', 4, { eager: true }),
  fake('evaluation/resnet-20/dense', 2, { eager: true }),
  fake('kernel/relu', 1),
  fake('data/batch-of-128', 1),
];

/** Runs the command over benchmarks of the test's own. */
export async function bench(options: Partial<BenchOptions>, benchmarks: readonly Benchmark[] = known) {
  const [stdout, stderr] = [capture(), capture()];
  const io = { stdout: stdout.stream, stderr: stderr.stream, env: process.env };
  const exitCode = await benchCommand({ iterations: 3, threads: 1, ...options }, io, benchmarks);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}
