import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import { dense } from '../../methods/dense.ts';
import { lowRank } from '../../methods/low-rank.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import { buildTransformer } from '../../nn/transformer/transformer.ts';
import { streamsOf } from '../../random.ts';
import { transformerBlueprint, transformerMacs, transformerSmall } from '../../shape/transformer.ts';
import {
  type SequenceFeeds,
  type SequenceTraining,
  sequenceEvaluationStep,
  sequenceTrainingStep,
} from '../../train/sequence-steps.ts';
import { type Benchmark, evaluationFlops, trainingFlops } from '../benchmark.ts';
import { stepBenchmark } from './step-benchmark.ts';

const streams = streamsOf('benchmarks', 0);
const batchSize = 64;
const length = 24;
const vocabulary = 8000;
const blueprint = transformerBlueprint('transformer-small', {
  ...transformerSmall,
  sourceVocabulary: vocabulary,
  targetVocabulary: vocabulary,
});

const training: SequenceTraining = {
  optimizer: { name: 'nesterov', momentum: 0.99 },
  clipNorm: 0.1,
  labelSmoothing: 0.1,
  regularizer: 'none',
  decay: 0,
  decayCoupling: 'decoupled',
};

interface Variant {
  label: string;
  method: LayerMethod;
  /** Rank scale. */
  scale: number;
}

function build({ method, scale }: Variant) {
  return buildTransformer(blueprint, { method, scale, init: 'default' }, streams);
}

function forwardMacs({ method, scale }: Variant): number {
  return transformerMacs(blueprint, method.matrices!, scale, { source: length, target: length });
}

function randomBatch(): SequenceFeeds {
  const ids = (purpose: string): Tensor => {
    const uniform = streams(purpose);
    const draws = Int32Array.from({ length: batchSize * length }, () => Math.floor(vocabulary * uniform()));
    return tf.tensor2d(draws, [batchSize, length], 'int32');
  };
  return { source: ids('source'), target: ids('target'), labels: ids('labels') };
}

function benchmarksOf(variant: Variant): Benchmark[] {
  const macs = forwardMacs(variant);
  const name = `transformer-small/${variant.label}`;
  return [
    stepBenchmark(`train-step/${name}`, trainingFlops(macs, batchSize), () => ({
      step: sequenceTrainingStep(build(variant), training),
      feeds: { ...randomBatch(), learningRate: tf.scalar(0.25) as Scalar },
    })),
    stepBenchmark(`evaluation/${name}`, evaluationFlops(macs, batchSize), () => ({
      step: sequenceEvaluationStep(build(variant)),
      feeds: randomBatch(),
    })),
  ];
}

/**
 * `transformer_small` on 64 sentence pairs of 24 tokens with vocabularies of 8,000: a training step, and an evaluation.
 */
export const transformerBenchmarks: readonly Benchmark[] = [
  ...benchmarksOf({ label: 'dense', method: dense, scale: 1 }),
  ...benchmarksOf({ label: 'low-rank-0.25', method: lowRank, scale: 0.25 }),
];
