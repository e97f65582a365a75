import { findRankScale } from '../../budget/rank-scale.ts';
import { dense } from '../../methods/dense.ts';
import { methods } from '../../methods/registry.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import { sizedNetwork } from '../../shape/sized-network.ts';
import { wideResnetBlueprint } from '../../shape/wide-resnet.ts';
import type { Benchmark } from '../benchmark.ts';
import { trainStepBenchmark } from './network-benchmarks.ts';

const blueprint = wideResnetBlueprint({ depth: 16, widen: 2, classes: 10, size: 32, inputChannels: 3 });
const budget = 0.1;

function stepOf(method: LayerMethod): Benchmark {
  const { scale } = findRankScale(sizedNetwork(blueprint), method, budget);
  const label = method === dense ? method.name : `${method.name}-${budget}`;
  return trainStepBenchmark({ blueprint, label, method, scale, regularizer: 'weight-decay' });
}

/**
 * WRN-16-2, dense and under every method that replaces layers, at a tenth of the parameters: a training step of a batch
 * of 128.
 */
export const wideResnetBenchmarks: readonly Benchmark[] = methods
  .filter((method) => method.kind === 'layer')
  .map(stepOf);
