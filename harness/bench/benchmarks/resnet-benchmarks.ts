import { tf } from '../../engine/tensorflow.ts';
import { dense } from '../../methods/dense.ts';
import { lowRank } from '../../methods/low-rank.ts';
import { resnetBlueprint } from '../../shape/resnet.ts';
import { imageFeeds, imageTrainingStep } from '../../train/image-steps.ts';
import { type Benchmark, trainingFlops } from '../benchmark.ts';
import { generatedBatches } from './generated-batches.ts';
import {
  buildVariant,
  evaluationBenchmark,
  forwardMacs,
  imageShape,
  training,
  trainStepBenchmark,
  type Variant,
} from './network-benchmarks.ts';

const blueprint = resnetBlueprint({ depth: 20, width: 16, classes: 10, size: 32, inputChannels: 3 });

const denseVariant: Variant = { blueprint, label: 'dense', method: dense, scale: 1, regularizer: 'weight-decay' };
const lowRankVariant: Variant = {
  blueprint,
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
    const step = imageTrainingStep(buildVariant(denseVariant), training, denseVariant.regularizer);
    return {
      task: () =>
        tf.tidy(() => {
          const feeds = { ...imageFeeds(nextBatch(), imageShape), learningRate: tf.scalar(0.01) };
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

/**
 * ResNet-20 at the published width: training and evaluation of a batch of 128, and training with its data in batches of
 * 32.
 */
export const resnetBenchmarks: readonly Benchmark[] = [
  denseTrainStep,
  evaluationBenchmark(denseVariant),
  trainStepBenchmark(lowRankVariant),
  evaluationBenchmark(lowRankVariant),
  trainLoop,
];
