import { tf } from '../engine/tensorflow.ts';
import { dense } from '../methods/dense.ts';
import { lowRank } from '../methods/low-rank.ts';
import type { LayerMethod } from '../methods/method.ts';
import { totalMacs } from '../nn/blueprint.ts';
import { buildNetwork } from '../nn/network.ts';
import { resnetBlueprint } from '../nn/resnet-blueprint.ts';
import { gaussian, streamsOf } from '../random.ts';
import type { RegularizerName, TrainingSpec } from '../spec.ts';
import { batchTensors } from '../train/batch-tensors.ts';
import { evaluationStep } from '../train/evaluate.ts';
import { trainingStep } from '../train/training-step.ts';
import { type Benchmark, evaluationFlops, trainingFlops } from './benchmark.ts';
import { generatedBatches } from './generated-batches.ts';

const streams = streamsOf('benchmarks', 0);
const batchSize = 128;
const imageShape = [32, 32, 3];
const blueprint = resnetBlueprint({ depth: 20, width: 16, classes: 10, size: 32, inputChannels: 3 });

const training: TrainingSpec = {
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

interface Variant {
  label: string;
  method: LayerMethod;
  /** Rank scale. */
  scale: number;
  regularizer: RegularizerName;
}

const images = () => gaussian(batchSize * 32 * 32 * 3, 1, streams('images'));
const labels = () => Int32Array.from({ length: batchSize }, (_, i) => i % 10);

function build({ method, scale }: Variant) {
  return buildNetwork(blueprint, { method, scale, init: 'default' }, streams);
}

function forwardMacs({ method, scale }: Variant): number {
  return totalMacs(blueprint, (shape) => method.macs(shape, scale));
}

function trainStepBenchmark(variant: Variant): Benchmark {
  return {
    name: `train-step/resnet-20/${variant.label}`,
    flops: trainingFlops(forwardMacs(variant), batchSize),
    prepare: async () => {
      const step = trainingStep(build(variant), training, variant.regularizer);
      const feeds = {
        images: tf.tensor(images(), [batchSize, ...imageShape]),
        labels: tf.tensor1d(labels(), 'int32'),
        learningRate: tf.scalar(0.01),
      };
      return {
        task: () => tf.tidy(() => void step.run(feeds).loss.dataSync()),
        runEagerly: () => tf.tidy(() => void step.runEagerly(feeds).loss.dataSync()),
        dispose: () => {
          step.dispose();
          tf.dispose([...Object.values(feeds), ...step.variables.map((variable) => variable.value)]);
        },
      };
    },
  };
}

function evaluationBenchmark(variant: Variant): Benchmark {
  return {
    name: `evaluation/resnet-20/${variant.label}`,
    flops: evaluationFlops(forwardMacs(variant), batchSize),
    prepare: async () => {
      const model = build(variant);
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

const denseVariant: Variant = { label: 'dense', method: dense, scale: 1, regularizer: 'weight-decay' };
const lowRankVariant: Variant = {
  label: 'low-rank-0.1111-frobenius-decay',
  method: lowRank,
  scale: 1 / 9,
  regularizer: 'frobenius-decay',
};

const loopBatchSize = 32;

/** Training as a cell does it: a new batch from the data pipeline, then its step. */
const trainLoop: Benchmark = {
  name: `train-loop/resnet-20/batch-of-${loopBatchSize}`,
  flops: trainingFlops(forwardMacs(denseVariant), loopBatchSize),
  prepare: async () => {
    const nextBatch = await generatedBatches(loopBatchSize);
    const step = trainingStep(build(denseVariant), training, denseVariant.regularizer);
    return {
      task: () =>
        tf.tidy(() => {
          const feeds = { ...batchTensors(nextBatch(), imageShape), learningRate: tf.scalar(0.01) };
          step.run(feeds).loss.dataSync();
        }),
      dispose: () => {
        step.dispose();
        tf.dispose(step.variables.map((variable) => variable.value));
      },
    };
  },
};

/** The training step that others are compared with. */
export const denseTrainStep: Benchmark = trainStepBenchmark(denseVariant);

/** ResNet-20 at the published width: training and evaluation of a batch of 128, and training with its data in batches of 32. */
export const resnetBenchmarks: readonly Benchmark[] = [
  denseTrainStep,
  evaluationBenchmark(denseVariant),
  trainStepBenchmark(lowRankVariant),
  evaluationBenchmark(lowRankVariant),
  trainLoop,
];
