import { runOp, tf } from '../../engine/tensorflow.ts';
import { gaussian, streamsOf } from '../../random.ts';
import type { Benchmark } from '../benchmark.ts';

const size = 1024;

/**
 * One float32 matrix product 1024 x 1024 x 1024. The rate of its fastest call is the machine's measured matrix-product
 * peak, which other rates are shares of: what a product large enough to hide all overhead reaches on this machine, with
 * these threads, by this library.
 */
export const peakBenchmark: Benchmark = {
  name: `peak/mat-mul-${size}`,
  flops: 2 * size ** 3,
  prepare: async () => {
    const streams = streamsOf('benchmarks', 0);
    const matrix = (purpose: string) => tf.tensor(gaussian(size * size, 1, streams(purpose)), [size, size]);
    const [a, b] = [matrix('peak/a'), matrix('peak/b')];
    const attributes = {
      T: { type: 'float32' },
      transpose_a: { bool: false },
      transpose_b: { bool: false },
    } as const;
    return {
      // Not read: copying the product out would be timed with it, and on a CPU the call returns when it is computed.
      task: () => tf.dispose(runOp('MatMul', [a, b], attributes)),
      dispose: () => tf.dispose([a, b]),
    };
  },
};
