import type { Drawn } from '../../data/drawn.ts';
import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import { denseMatrices } from '../../methods/dense-matrix.ts';
import { normalOf, type Perceptron, perceptronOf } from '../../nn/perceptron.ts';
import { type Streams, streamsOf } from '../../random.ts';
import { noDecay } from '../../regularize/decay.ts';
import { perceptronShapes } from '../../shape/autoencoder.ts';
import type { DenoisingEncoderConfig } from '../../spec/denoising-encoder.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { LoopKind } from '../../train/loop.ts';
import { type Loss, type TrainingStep, trainingStep } from '../../train/step.ts';
import {
  drawNoisyPoints,
  type EncoderMeasure,
  measureEncoder,
  type NoisyPoints,
  type Normal,
  type Posteriors,
} from './posteriors.ts';

/** The encoder on the engine, and its training. */

/** Noisy points, and the posteriors of their points; [rows, dimension] and [rows, 1]. */
export type NoisyFeeds = { x: Tensor; means: Tensor; variances: Tensor };

export function newEncoder({ model, dataset }: DenoisingEncoderConfig, streams: Streams): Perceptron {
  const shapes = perceptronShapes('encoder', [dataset.dimension, ...model.hidden, 2]);
  return perceptronOf(shapes, (shape) => denseMatrices.build(shape, 1, 'default', streams), null);
}

/** KL(q(z|x + σξ) ‖ p(z|x)), mean over the batch; no row is right or wrong. */
export function divergenceLoss(encoder: Perceptron): Loss<NoisyFeeds> {
  return ({ x, means, variances }) => {
    const { mean, logVariance } = normalOf(encoder.apply(x));
    const distances = tf.add(tf.exp(logVariance), tf.square(tf.sub(mean, means)));
    const terms = tf.sub(tf.div(distances, variances), tf.add(tf.sub(logVariance, tf.log(variances)), 1));
    return {
      loss: tf.mul(tf.mean(terms), 0.5) as Scalar,
      correct: tf.fill([], 0) as Scalar,
      count: tf.fill([], x.shape[0]!) as Scalar,
    };
  };
}

/** Adam as it was published (Kingma and Ba 2015). */
export function encoderStep(encoder: Perceptron): TrainingStep<NoisyFeeds> {
  const optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  return trainingStep({ variables: encoder.variables, loss: divergenceLoss(encoder), decay: noDecay, optimizer });
}

/** What the encoder gives for each noisy point. */
export function encodedBy(encoder: Perceptron, { x, count }: NoisyPoints): Normal[] {
  const both = tf.tidy(() => encoder.apply(tf.tensor2d(x, [count, x.length / count])).dataSync());
  return Array.from({ length: count }, (_, row) => {
    return { mean: both[2 * row]!, variance: Math.exp(both[2 * row + 1]!) };
  });
}

/** Points of a curve. */
const points = 10;

export interface EncoderTraining {
  encoder: Perceptron;
  step: TrainingStep<NoisyFeeds>;
  posteriors: Posteriors;
  /** By which it is measured. */
  test: NoisyPoints;
  config: DenoisingEncoderConfig;
  streams: Streams;
}

/** A training of so many steps, each on noisy points of its own. */
export function encoderLoop({
  encoder,
  step,
  posteriors,
  test,
  config,
  streams,
}: EncoderTraining): LoopKind<NoisyPoints, NoisyFeeds, EncoderMeasure & { loss: number }> {
  const { training, sigma } = config;
  const { steps, batchSize, learningRate } = training;
  return {
    counted: 'steps',
    step,
    async measure() {
      const measured = measureEncoder(posteriors, sigma, test, encodedBy(encoder, test));
      return { ...measured, loss: measured.divergence };
    },
    valuesOf({ learningRate: rate, loss }, measured) {
      const told = measured === 'skipped' ? null : measured;
      return {
        learning_rate: rate,
        train_loss: finiteOrNull(loss),
        encoder_error: finiteOrNull(told?.error ?? Number.NaN),
        posterior_divergence: finiteOrNull(told?.divergence ?? Number.NaN),
      };
    },
    phases: [
      {
        steps,
        stepsPerPoint: Math.max(1, Math.ceil(steps / points)),
        rateAt: (done) => learningRate * (1 - done / steps),
        drawn: (point) => drawnBatches(posteriors, sigma, batchSize, streams(`noise/${point}`)),
      },
    ],
    feedsOf: (batch) => noisyFeeds(batch, posteriors),
  };
}

/** The tensors of a batch. */
export function noisyFeeds({ x, of, count }: NoisyPoints, { means, variances }: Posteriors): NoisyFeeds {
  const column = (values: Float64Array) =>
    tf.tensor2d(
      Float32Array.from(of, (index) => values[index]!),
      [count, 1],
    );
  return { x: tf.tensor2d(x, [count, x.length / count]), means: column(means), variances: column(variances) };
}

/** Without an end. Each batch follows from a seed, so that going through the draws takes no time. */
function* drawnBatches(
  posteriors: Posteriors,
  sigma: number,
  size: number,
  uniform: () => number,
): Generator<Drawn<NoisyPoints>, never, undefined> {
  for (;;) {
    const seed = Math.floor(2 ** 32 * uniform());
    yield {
      size,
      shape: String(size),
      parts: { 'seeds of batches': Uint32Array.of(seed) },
      batch: () => drawNoisyPoints(posteriors, sigma, size, streamsOf('denoising-encoder noise', seed)('batch')),
    };
  }
}
