import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Autoencoder } from '../../nn/autoencoder.ts';
import type { DiagonalNormal } from '../../nn/perceptron.ts';

/** What ln p(x) is bounded by. Several samples of z stand one after the other: row s·n + i is sample s of row i. */

/** ln p(x|z) = Σ x·l − ln(1 + eˡ) of bits x and logits l, both [rows, pixels]; [rows]. */
export function logBernoulli(x: Tensor, logits: Tensor): Tensor {
  return tf.sum(tf.sub(tf.mul(x, logits), tf.softplus(logits)), 1);
}

/** KL(q ‖ N(0, I)) = ½Σ(μ² + σ² − 1 − ln σ²) of each row, [rows]. */
export function klOfPrior({ mean, logVariance }: DiagonalNormal): Tensor {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(tf.sum(terms, 1), 0.5);
}

/** z = μ + σ∘ε, [samples·rows, latent], for noise ε of that shape. */
export function drawLatent({ mean, logVariance }: DiagonalNormal, noise: Tensor): Tensor {
  const samples = noise.shape[0]! / mean.shape[0]!;
  const deviation = tf.exp(tf.mul(logVariance, 0.5));
  return tf.add(repeated(mean, samples), tf.mul(repeated(deviation, samples), noise));
}

/** ELBO(x, e) of each row by one sample, with the exact KL; [rows]. */
export function elboOf({ decode }: Autoencoder, x: Tensor, q: DiagonalNormal, noise: Tensor): Tensor {
  return tf.sub(logBernoulli(x, decode(drawLatent(q, noise))), klOfPrior(q));
}

/** What several samples of q(z|x) say of each row. */
export interface Sampled {
  /** ln p(x|z), [samples, rows]. */
  reconstruction: Tensor;
  /** ln w = ln p(x, z) − ln q(z|x), [samples, rows]. */
  logWeights: Tensor;
}

/** Terms of importance sampling with q(z|x) as the proposal. */
export function sampledTerms({ decode }: Autoencoder, x: Tensor, q: DiagonalNormal, noise: Tensor): Sampled {
  const rows = x.shape[0]!;
  const samples = noise.shape[0]! / rows;
  const z = drawLatent(q, noise);
  const reconstruction = tf.reshape(logBernoulli(repeated(x, samples), decode(z)), [samples, rows]);
  // ln p(z) − ln q(z|x) = ½Σ(ε² + ln σ² − z²): the constants cancel.
  const ofLatent = tf.reshape(tf.sum(tf.sub(tf.square(noise), tf.square(z)), 1), [samples, rows]);
  const ratio = tf.mul(tf.add(ofLatent, tf.sum(q.logVariance, 1)), 0.5);
  return { reconstruction, logWeights: tf.add(reconstruction, ratio) };
}

/** ln (1/S)Σ_s w_s of each row, from ln w [samples, rows]; [rows]. */
export function importanceBound(logWeights: Tensor): Tensor {
  return tf.sub(tf.logSumExp(logWeights, 0), Math.log(logWeights.shape[0]!));
}

function repeated(rows: Tensor, samples: number): Tensor {
  return samples === 1 ? rows : tf.tile(rows, [samples, 1]);
}
