import { streamsOf, uniformIn } from '../../random.ts';
import { inverseDiagonal } from '../../tensor/cholesky.ts';
import { rowGram } from '../../tensor/matrix.ts';
import { type NdArray, ndArray } from '../../tensor/nd-array.ts';
import { truncatedSvd } from '../../tensor/truncated-svd.ts';
import type { Benchmark } from '../benchmark.ts';

function drawn(m: number, n: number): NdArray {
  return ndArray([m, n], uniformIn(m * n, 1, streamsOf('benchmarks', 0)(`${m}x${n}`)));
}

function decompositionBenchmark(name: string, prepared: () => () => void): Benchmark {
  return {
    name: `decomposition/${name}`,
    flops: null,
    prepare: async () => ({ task: prepared(), dispose: () => {} }),
  };
}

function svdBenchmark(m: number, n: number, rank: number): Benchmark {
  return decompositionBenchmark(`truncated-svd/${m}x${n}-rank-${rank}`, () => {
    const matrix = drawn(m, n);
    return () => void truncatedSvd(matrix, rank);
  });
}

/** What is computed once, when a network is built or pruned: of a ResNet's, a Transformer's and MLPrune's matrices. */
export const decompositionBenchmarks: readonly Benchmark[] = [
  svdBenchmark(192, 192, 48),
  svdBenchmark(576, 576, 60),
  svdBenchmark(2048, 512, 128),
  decompositionBenchmark('inverse-diagonal/576', () => {
    const matrix = rowGram(drawn(576, 600));
    return () => void inverseDiagonal(matrix);
  }),
];
