import { trainBatches } from '../data/batches.ts';
import { loadImages } from '../data/images.ts';
import { batchNormTraining } from '../engine/batch-norm.ts';
import { conv2d } from '../engine/conv2d.ts';
import { valueAndGradients } from '../engine/gradients.ts';
import { relu } from '../engine/relu.ts';
import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, variableOf } from '../engine/variable.ts';
import { methodOf } from '../methods/registry.ts';
import { buildNetwork } from '../nn/network.ts';
import { resnetBlueprint } from '../nn/resnet-blueprint.ts';
import { gaussian, streamsOf } from '../random.ts';
import type { DatasetSpec, RegularizerName, TrainingSpec } from '../spec.ts';
import { evaluationStep } from '../train/evaluate.ts';
import { trainingStep } from '../train/training-step.ts';

/** One thing to time. `prepare` makes the task and what frees its memory afterwards. */
export interface Benchmark {
  name: string;
  prepare(): Promise<{ task: () => void; dispose: () => void }>;
}

const streams = streamsOf('benchmarks', 0);
const batchSize = 128;
const imageShape = [32, 32, 3];

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

/** ResNet-20 at the published width: training and evaluation of a batch of 128. */
function modelBenchmarks(label: string, methodName: string, scale: number, regularizer: RegularizerName): Benchmark[] {
  const build = () => {
    const blueprint = resnetBlueprint({ depth: 20, width: 16, classes: 10, size: 32, inputChannels: 3 });
    return buildNetwork(blueprint, { method: methodOf(methodName), scale, init: 'default' }, streams);
  };
  const images = () => gaussian(batchSize * 32 * 32 * 3, 1, streams('images'));
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 10);
  return [
    {
      name: `train-step/resnet-20/${label}`,
      prepare: async () => {
        const step = trainingStep(build(), training, regularizer);
        const feeds = {
          images: tf.tensor(images(), [batchSize, ...imageShape]),
          labels: tf.tensor1d(labels, 'int32'),
          learningRate: tf.scalar(0.01),
        };
        return {
          task: () => tf.tidy(() => void step.run(feeds).loss.dataSync()),
          dispose: () => {
            step.dispose();
            tf.dispose([...Object.values(feeds), ...step.variables.map((variable) => variable.value)]);
          },
        };
      },
    },
    {
      name: `evaluation/resnet-20/${label}`,
      prepare: async () => {
        const model = build();
        const evaluation = evaluationStep(model, imageShape);
        const batch = { size: batchSize, images: images(), labels };
        return {
          task: () => void evaluation.run(batch),
          dispose: () => {
            evaluation.dispose();
            tf.dispose(model.variables.map((variable) => variable.value));
          },
        };
      },
    },
  ];
}

/** Forward and backward of one kernel on the activations of a ResNet's first stage, [128, 32, 32, 16]. */
function kernelBenchmark(name: string, kernel: (x: Tensor, filter: Tensor, channels: Tensor) => Tensor): Benchmark {
  return {
    name: `kernel/${name}`,
    prepare: async () => {
      const shape = [batchSize, 32, 32, 16];
      const x = variableOf('x', 'weight', gaussian(batchSize * 32 * 32 * 16, 1, streams('x')), shape);
      const filter = variableOf('filter', 'weight', gaussian(3 * 3 * 16 * 16, 0.1, streams('filter')), [3, 3, 16, 16]);
      const channels = filledVariable('channels', 'weight', [16], 1);
      const run = () => tf.sum(kernel(x.value, filter.value, channels.value)) as Scalar;
      return {
        task: () => tf.tidy(() => void valueAndGradients(run, [x]).gradients[0]!.dataSync()),
        dispose: () => tf.dispose([x.value, filter.value, channels.value]),
      };
    },
  };
}

const dataset: DatasetSpec = {
  name: 'generated',
  trainExamples: 1024,
  testExamples: 100,
  flip: true,
  cropPadding: 4,
  normalization: 'dataset',
};

/** Shuffling, augmentation and normalization of 8 batches of 128. */
const dataBenchmark: Benchmark = {
  name: 'data/8-batches-of-128',
  prepare: async () => {
    const data = await loadImages(dataset, null);
    let epoch = 0;
    return {
      task: () => {
        for (const batch of trainBatches(data, dataset, batchSize, epoch++, streams)) {
          if (batch.size !== batchSize)
            throw new Error(`data benchmark: expected ${batchSize} images, got ${batch.size}`);
        }
      },
      dispose: () => {},
    };
  },
};

/** Everything that `npm run bench` times. */
export const benchmarks: readonly Benchmark[] = [
  ...modelBenchmarks('dense', 'dense', 1, 'weight-decay'),
  ...modelBenchmarks('low-rank-0.1111-frobenius-decay', 'low-rank', 1 / 9, 'frobenius-decay'),
  kernelBenchmark('conv2d-3x3', (x, filter) => conv2d(x, filter, { stride: [1, 1] })),
  kernelBenchmark('batch-norm', (x, _filter, channels) => {
    const zeros = tf.zerosLike(channels);
    const state = { scale: channels, offset: zeros, runningMean: zeros, runningVariance: channels };
    const { y, runningMean, runningVariance } = batchNormTraining(x, state);
    tf.dispose([runningMean, runningVariance]);
    return y;
  }),
  kernelBenchmark('relu', (x) => relu(x)),
  dataBenchmark,
];
