import { describe, expect, test } from 'vitest';
import { evaluationFlops, trainingFlops } from '../../../harness/bench/benchmark.ts';
import { benchmarks } from '../../../harness/bench/benchmarks/benchmarks.ts';
import { batchOf128 } from '../../../harness/bench/benchmarks/data-benchmarks.ts';
import { peakBenchmark } from '../../../harness/bench/benchmarks/peak-benchmark.ts';
import { profileOperations } from '../../../harness/engine/op-profile.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { methods } from '../../../harness/methods/registry.ts';
import '../../helpers/engine.ts';

const flopsOf = (name: string) => benchmarks.find((benchmark) => benchmark.name === name)?.flops;

describe('benchmarks', () => {
  test('have names of their own, in kinds', () => {
    const names = benchmarks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      expect(name).toMatch(/^(peak|train-step|train-loop|evaluation|kernel|decomposition|data)\/[a-z0-9./-]+$/);
  });

  test('count the arithmetic of ResNet-20', () => {
    // Stem 3·3·3·16·32²; six convolutions 3·3·16·16·32²; then twice one that doubles the channels and halves the size
    // and five that keep both; the classifier.
    const macs = 442368 + 6 * 2359296 + 2 * (1179648 + 5 * 2359296) + 640;
    expect(flopsOf('evaluation/resnet-20/dense')).toBe(2 * 128 * macs);
    expect(flopsOf('train-step/resnet-20/dense')).toBe(3 * 2 * 128 * macs);
  });

  test('count the arithmetic of a low-rank ResNet-20', () => {
    // Of n in and n out channels, rank r = round(3n/9): 3·n·r for the row at the width that the columns leave it, and
    // the same for the column. At n = 16, 32, 64: r = 5, 11, 21.
    const kept = 6 * 2 * 3 * 16 * 5 * 32 ** 2 + 5 * 2 * 3 * 32 * 11 * 16 ** 2 + 5 * 2 * 3 * 64 * 21 * 8 ** 2;
    // Doubling the channels n halves the size s: rank round(3n/9), a row of n channels at s by s/2, a column of 2n at
    // s/2.
    const doubled = 3 * 11 * (16 * 32 * 16 + 32 * 16 ** 2) + 3 * 21 * (32 * 16 * 8 + 64 * 8 ** 2);
    const macs = 442368 + kept + doubled + 640;
    expect(flopsOf('evaluation/resnet-20/low-rank-0.1111-frobenius-decay')).toBe(2 * 128 * macs);
  });

  test('count the arithmetic of WRN-16-2, and time it under every method that replaces layers', () => {
    // A stage from n to w channels: a convolution and a projection that change the shape, and three that keep it.
    const stage = (inputs: number, width: number, pixels: number) =>
      pixels * (9 * inputs * width + inputs * width + 3 * 9 * width * width);
    const macs = 442368 + stage(16, 32, 32 ** 2) + stage(32, 64, 16 ** 2) + stage(64, 128, 8 ** 2) + 1280;
    expect(flopsOf('train-step/wrn-16-2/dense')).toBe(3 * 2 * 128 * macs);
    for (const { name } of methods.filter((method) => method.kind === 'layer' && method.compresses)) {
      expect(flopsOf(`train-step/wrn-16-2/${name}-0.1`)).toBeLessThan(3 * 2 * 128 * macs);
    }
  });

  test('count two operations for each multiply-accumulate, and a step as three forward passes', () => {
    expect([evaluationFlops(5, 7), trainingFlops(5, 7)]).toEqual([70, 210]);
  });
});

describe('prepared', () => {
  test.each([peakBenchmark, batchOf128].map((benchmark) => [benchmark.name, benchmark] as const))(
    '%s runs call after call and leaves no tensor',
    async (_name, benchmark) => {
      const before = tf.memory().numTensors;
      const { task, runEagerly, dispose } = await benchmark.prepare();
      // More calls than an epoch of the data has batches.
      for (let call = 0; call < 10; call++) task();
      expect(runEagerly).toBeUndefined();
      dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test('the peak benchmark runs one product of the size that it counts', async () => {
    const { task, dispose } = await peakBenchmark.prepare();
    const { calls } = profileOperations(task);
    const square = [1024, 1024];
    expect(calls).toEqual([expect.objectContaining({ op: 'MatMul', inputShapes: [square, square] })]);
    expect(peakBenchmark.flops).toBe(2 * 1024 * 1024 * 1024);
    dispose();
  });
});
