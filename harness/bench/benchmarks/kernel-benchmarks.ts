import { valueAndGradients } from '../../engine/gradients.ts';
import { batchNormTraining } from '../../engine/ops/batch-norm.ts';
import { conv2d } from '../../engine/ops/conv2d.ts';
import { relu } from '../../engine/ops/relu.ts';
import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable, variableOf } from '../../engine/variable.ts';
import { gaussian, streamsOf } from '../../random.ts';
import type { Benchmark } from '../benchmark.ts';

const streams = streamsOf('benchmarks', 0);
const shape = [128, 32, 32, 16];
const filterShape = [3, 3, 16, 16];

/** Forward and backward of one kernel on the activations of a ResNet's first stage, [128, 32, 32, 16]. */
function kernelBenchmark(name: string, kernel: (x: Tensor, filter: Tensor, channels: Tensor) => Tensor): Benchmark {
  return {
    name: `kernel/${name}`,
    flops: null,
    prepare: async () => {
      const x = variableOf('x', 'weight', gaussian(sizeOf(shape), 1, streams('x')), shape);
      const filter = variableOf('filter', 'weight', gaussian(sizeOf(filterShape), 0.1, streams('filter')), filterShape);
      const channels = filledVariable('channels', 'weight', [16], 1);
      const run = () => tf.sum(kernel(x.value, filter.value, channels.value)) as Scalar;
      return {
        task: () => tf.tidy(() => void valueAndGradients(run, [x]).gradients[0]!.dataSync()),
        dispose: () => tf.dispose([x.value, filter.value, channels.value]),
      };
    },
  };
}

function sizeOf(extents: readonly number[]): number {
  return extents.reduce((size, extent) => size * extent, 1);
}

/** The kernels that a ResNet's step is made of. */
export const kernelBenchmarks: readonly Benchmark[] = [
  kernelBenchmark('conv2d-3x3', (x, filter) => conv2d(x, filter, { stride: [1, 1] })),
  kernelBenchmark('batch-norm', (x, _filter, channels) => {
    const zeros = tf.zerosLike(channels);
    const state = { scale: channels, offset: zeros, runningMean: zeros, runningVariance: channels };
    const { y, runningMean, runningVariance } = batchNormTraining(x, state);
    tf.dispose([runningMean, runningVariance]);
    return y;
  }),
  kernelBenchmark('relu', (x) => relu(x)),
];
