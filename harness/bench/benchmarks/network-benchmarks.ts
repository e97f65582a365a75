import { tf } from '../../engine/tensorflow.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import { buildNetwork } from '../../nn/network.ts';
import { gaussian, streamsOf } from '../../random.ts';
import { type Blueprint, totalMacs } from '../../shape/blueprint.ts';
import type { TrainingSpec } from '../../spec/image.ts';
import type { RegularizerName } from '../../spec/words.ts';
import { imageEvaluationStep, imageFeeds, imageTrainingStep } from '../../train/image-steps.ts';
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

const randomBatch = () => ({
  size: batchSize,
  images: gaussian(batchSize * 32 * 32 * 3, 1, streams('images')),
  labels: Int32Array.from({ length: batchSize }, (_, i) => i % 10),
});

/** The network of a variant, with fresh weights. */
export function buildVariant({ blueprint, method, scale }: Variant) {
  return buildNetwork(blueprint, { method, scale, init: 'default' }, streams);
}

/** Multiply-accumulates of a variant's forward pass for one example. */
export function forwardMacs({ blueprint, method, scale }: Variant): number {
  return totalMacs(blueprint, (shape) => method.macs(shape, scale));
}

/** The benchmark of one training step of a variant. */
export function trainStepBenchmark(variant: Variant): Benchmark {
  const name = `train-step/${variant.blueprint.name}/${variant.label}`;
  return stepBenchmark(name, trainingFlops(forwardMacs(variant), batchSize), () => ({
    step: imageTrainingStep(buildVariant(variant), training, variant.regularizer),
    feeds: { ...imageFeeds(randomBatch(), imageShape), learningRate: tf.scalar(0.01) },
  }));
}

/** The tensors of the batch are made in every call, as an evaluation does. */
export function evaluationBenchmark(variant: Variant): Benchmark {
  return {
    name: `evaluation/${variant.blueprint.name}/${variant.label}`,
    flops: evaluationFlops(forwardMacs(variant), batchSize),
    prepare: async () => {
      const step = imageEvaluationStep(buildVariant(variant));
      const batch = randomBatch();
      const evaluating = (run: typeof step.run) => () =>
        tf.tidy(() => void run(imageFeeds(batch, imageShape)).loss.dataSync());
      return {
        task: evaluating(step.run),
        runEagerly: evaluating(step.runEagerly),
        dispose: () => {
          step.dispose();
          tf.dispose(step.variables.map((variable) => variable.value));
        },
      };
    },
  };
}
