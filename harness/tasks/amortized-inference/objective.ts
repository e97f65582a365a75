import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Autoencoder } from '../../nn/autoencoder.ts';
import type { ObjectiveSpec } from '../../spec/amortized-inference.ts';
import type { Loss } from '../../train/step.ts';
import { elboOf, importanceBound, sampledTerms } from './likelihood.ts';

/** A batch as tensors. */
export type ExampleFeeds = {
  /** Bits, [rows, pixels] */
  x: Tensor;
  /** ε, [drawsOf(objective)·rows, latent] */
  noise: Tensor;
  /** x + σξ, [rows, pixels]; of objectives with σ only. */
  shifted?: Tensor;
};

/** Samples of z that one example takes. */
export function drawsOf(objective: ObjectiveSpec): number {
  switch (objective.name) {
    case 'mixed':
      return 2;
    case 'importance-weighted':
      return objective.samples;
    default:
      return 1;
  }
}

/** σ; null: the encoder sees x itself. */
export function sigmaOf(objective: ObjectiveSpec): number | null {
  return 'sigma' in objective ? objective.sigma : null;
}

/** What is maximized, of each row; [rows]. */
export function objectiveOf(model: Autoencoder, objective: ObjectiveSpec, { x, noise, shifted }: ExampleFeeds): Tensor {
  switch (objective.name) {
    case 'vae':
    case 'weight-bound':
      return elboOf(model, x, model.encode(x), noise);
    case 'denoising':
      return elboOf(model, x, model.encode(shifted!), noise);
    case 'mixed': {
      const [plain, denoising] = tf.split(
        elboOf(model, tf.tile(x, [2, 1]), model.encode(tf.concat([x, shifted!])), noise),
        2,
      ) as [Tensor, Tensor];
      return tf.add(tf.mul(plain, 1 - objective.share), tf.mul(denoising, objective.share));
    }
    case 'importance-weighted':
      return importanceBound(sampledTerms(model, x, model.encode(x), noise).logWeights);
  }
}

/** The negative mean of the objective; no example is right or wrong. */
export function objectiveLoss(model: Autoencoder, objective: ObjectiveSpec): Loss<ExampleFeeds> {
  return (feeds) => ({
    loss: tf.neg(tf.mean(objectiveOf(model, objective, feeds))) as Scalar,
    correct: tf.fill([], 0) as Scalar,
    count: tf.fill([], feeds.x.shape[0]!) as Scalar,
  });
}
