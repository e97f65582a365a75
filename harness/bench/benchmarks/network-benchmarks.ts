import { tf } from '../../engine/tensorflow.ts';
import type { LayerMethod } from '../../methods/method.ts';
import { buildNetwork } from '../../nn/network.ts';
import { gaussian, streamsOf } from '../../random.ts';
import { type Blueprint, totalMacs } from '../../shape/blueprint.ts';
import type { RegularizerName, TrainingSpec } from '../../spec/spec.ts';
import { evaluationStep } from '../../train/evaluate.ts';
import { trainingStep } from '../../train/training-step.ts';
import { type Benchmark, evaluationFlops, trainingFlops } from '../benchmark.ts';
import { stepBenchmark } from './step-benchmark.ts';

/** Networks of 32 x 32 images with ten classes, in batches of 128. */

const streams = streamsOf('benchmarks', 0);
const batchSize = 128;
export const imageShape = [32, 32, 3];

export const training: TrainingSpec = {
  epochs: 1,
  batchSize,
  learningRate: 0.1,
  decayAt: [],
  decayFactor: 1,
  firstEpochLearningRate: null,
  momentum: 0.9,
  decay: 1e-4,
  labelSmoothing: 0,
};

export interface Variant {
  blueprint: Blueprint;
  label: string;
  method: LayerMethod;
  /** Rank scale. */
  scale: number;
  regularizer: RegularizerName;
}

const images = () => gaussian(batchSize * 32 * 32 * 3, 1, streams('images'));
const labels = () => Int32Array.from({ length: batchSize }, (_, i) => i % 10);

export function buildVariant({ blueprint, method, scale }: Variant) {
  return buildNetwork(blueprint, { method, scale, init: 'default' }, streams);
}

export function forwardMacs({ blueprint, method, scale }: Variant): number {
  return totalMacs(blueprint, (shape) => method.macs(shape, scale));
}

export function trainStepBenchmark(variant: Variant): Benchmark {
  const name = `train-step/${variant.blueprint.name}/${variant.label}`;
  return stepBenchmark(name, trainingFlops(forwardMacs(variant), batchSize), () => ({
    step: trainingStep(buildVariant(variant), training, variant.regularizer),
    feeds: {
      images: tf.tensor(images(), [batchSize, ...imageShape]),
      labels: tf.tensor1d(labels(), 'int32'),
      learningRate: tf.scalar(0.01),
    },
  }));
}

export function evaluationBenchmark(variant: Variant): Benchmark {
  return {
    name: `evaluation/${variant.blueprint.name}/${variant.label}`,
    flops: evaluationFlops(forwardMacs(variant), batchSize),
    prepare: async () => {
      const model = buildVariant(variant);
      const evaluation = evaluationStep(model, imageShape);
      const batch = { size: batchSize, images: images(), labels: labels() };
      return {
        task: () => void evaluation.run(batch),
        runEagerly: () => void evaluation.runEagerly(batch),
        dispose: () => {
          evaluation.dispose();
          tf.dispose(model.variables.map((variable) => variable.value));
        },
      };
    },
  };
}
