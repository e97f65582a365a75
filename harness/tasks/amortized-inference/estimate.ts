import type { Bits } from '../../data/binary/binary-dataset.ts';
import { batchesOf } from '../../data/drawn.ts';
import type { RecordedStep } from '../../engine/record-step.ts';
import { replaying } from '../../engine/replay.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Autoencoder } from '../../nn/autoencoder.ts';
import type { PartEstimate } from '../../spec/amortized-inference.ts';
import { type ExampleBatch, estimateBatches, exampleFeeds } from './batches.ts';
import { importanceBound, klOfPrior, sampledTerms } from './likelihood.ts';
import type { ExampleFeeds } from './objective.ts';

/** What a network says of each example of a batch, [rows]. */
type Bounds = {
  /** ln (1/S)Σ_s w_s: a lower bound of ln p(x) in expectation, the tighter the more samples. */
  bound: Tensor;
  /** The ELBO: the mean of ln p(x|z) over the samples, less the exact KL. */
  elbo: Tensor;
  /** The mean of ln w over the samples, never above the bound. */
  sampledElbo: Tensor;
};

/** Bounds of ln p(x) with the encoder at x itself, whatever it saw in training. */
export function boundsOf(model: Autoencoder, { x, noise }: Pick<ExampleFeeds, 'x' | 'noise'>): Bounds {
  const q = model.encode(x);
  const { reconstruction, logWeights } = sampledTerms(model, x, q, noise);
  return {
    bound: importanceBound(logWeights),
    elbo: tf.sub(tf.mean(reconstruction, 0), klOfPrior(q)),
    sampledElbo: tf.mean(logWeights, 0),
  };
}

/** Bounds of a batch as numbers. */
export type BoundValues = Record<keyof Bounds, Float32Array>;

/** Estimates ln p(x) by a recorded graph. */
export interface Estimator {
  values(batch: ExampleBatch): BoundValues;
  recorded(feeds: ExampleFeeds): RecordedStep;
  dispose(): void;
}

/** The estimates of a network as it is now. */
export function estimating(model: Autoencoder): Estimator {
  const { latent } = model.blueprint.sizes;
  const step = replaying((feeds: ExampleFeeds) => boundsOf(model, feeds), model.variables);
  return {
    values: (batch) => tf.tidy(() => boundValues(step.run(exampleFeeds(batch, latent)))),
    recorded: step.recorded,
    dispose: step.dispose,
  };
}

function boundValues({ bound, elbo, sampledElbo }: Bounds): BoundValues {
  const [first, second, third] = [bound, elbo, sampledElbo].map((values) => values.dataSync() as Float32Array);
  return { bound: first!, elbo: second!, sampledElbo: third! };
}

export interface EstimatedPart {
  examples: Bits;
  /** Of the part, the first ones. */
  count: number;
  samples: number;
  latent: number;
  /** Names the stream of the samples. */
  part: string;
}

/** Means over a part. `onBatch` is awaited after each batch. */
export async function estimatePart(
  { values }: Pick<Estimator, 'values'>,
  { examples, ...asked }: EstimatedPart,
  onBatch: () => Promise<void>,
): Promise<PartEstimate> {
  const bounds: number[] = [];
  const elbos: number[] = [];
  for (const batch of batchesOf(estimateBatches(examples, asked))) {
    const { bound, elbo } = values(batch);
    const left = Math.min(batch.size, asked.count - bounds.length);
    bounds.push(...bound.subarray(0, left));
    elbos.push(...elbo.subarray(0, left));
    await onBatch();
  }
  const [mean, n] = [meanOf(bounds), bounds.length];
  const squares = bounds.reduce((sum, bound) => sum + (bound - mean) ** 2, 0);
  return {
    examples: n,
    log_likelihood: mean,
    standard_error: n === 1 ? null : Math.sqrt(squares / (n - 1) / n),
    elbo: meanOf(elbos),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
