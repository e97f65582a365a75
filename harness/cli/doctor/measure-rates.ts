import { imageShape, training } from '../../bench/benchmarks/network-benchmarks.ts';
import { loadEngine, tf } from '../../engine/tensorflow.ts';
import { dense } from '../../methods/dense.ts';
import { buildNetwork } from '../../nn/network.ts';
import { gaussian, streamsOf } from '../../random.ts';
import { resnetBlueprint } from '../../shape/resnet.ts';
import type { Rates } from '../../spec/cost.ts';
import { median } from '../../statistics/moments.ts';
import { costOfImageSteps } from '../../tasks/estimate.ts';
import { product } from '../../tensor/matrix.ts';
import { imageFeeds, imageTrainingStep } from '../../train/image-steps.ts';
import { type MeasuredStep, solveRates } from './solve-rates.ts';

/** Measures one core of this machine. A process of its own runs it, in the environment of workers. */

/**
 * Training steps of ResNet-8 that mostly are traffic, products, and beginnings of operations, and how long they take on
 * the reference machine, all its cores busy.
 */
const measured = [
  { width: 16, batchSize: 32, referenceSeconds: 0.07 },
  { width: 64, batchSize: 8, referenceSeconds: 0.21 },
  { width: 2, batchSize: 1, referenceSeconds: 0.0047 },
];
const warmUps = 3;
const size = 32;

/** Multiply-accumulates a second of the reference machine in products of float64, all its cores busy. */
const referenceMacs = 1.07e9;
const productSize = 200;

const streams = streamsOf('calibration', 0);

/** @param secondsEach that each of four measurements takes */
export function measureRates(secondsEach: number): Rates {
  loadEngine({ threads: 1, device: 'cpu' });
  return {
    ...solveRates(measured.map((step) => measureStep(step, secondsEach))),
    scalarSpeed: scalarSpeed(secondsEach),
  };
}

function measureStep(
  { width, batchSize, referenceSeconds }: (typeof measured)[number],
  secondsEach: number,
): MeasuredStep {
  const blueprint = resnetBlueprint({ depth: 8, width, classes: 10, size, inputChannels: 3 });
  const network = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streams);
  const step = imageTrainingStep(network, { ...training, batchSize }, 'weight-decay');
  const batch = {
    size: batchSize,
    images: gaussian(batchSize * size * size * 3, 1, streams('images')),
    labels: Int32Array.from({ length: batchSize }, (_, i) => i % 10),
  };
  const seconds = secondsOf(
    () =>
      tf.tidy(() => {
        const feeds = { ...imageFeeds(batch, imageShape), learningRate: tf.scalar(0.01) };
        step.run(feeds).loss.dataSync();
      }),
    secondsEach,
  );
  step.dispose();
  tf.dispose(step.variables.map((variable) => variable.value));
  const cost = costOfImageSteps(blueprint, { trained: batchSize, evaluated: 0, batchSize });
  return { cost, slowness: seconds / referenceSeconds };
}

function scalarSpeed(secondsEach: number): number {
  const matrix = { shape: [productSize, productSize], data: Float64Array.from({ length: productSize ** 2 }, Math.sin) };
  return productSize ** 3 / secondsOf(() => product(matrix, matrix), secondsEach) / referenceMacs;
}

/** The median of the calls in some seconds. */
function secondsOf(task: () => void, secondsEach: number): number {
  for (let call = 0; call < warmUps; call++) task();
  const times: number[] = [];
  const end = performance.now() + 1000 * secondsEach;
  while (performance.now() < end) {
    const begin = performance.now();
    task();
    times.push((performance.now() - begin) / 1000);
  }
  return median(times);
}
