import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Autoencoder } from '../../nn/autoencoder.ts';
import type { Perceptron } from '../../nn/perceptron.ts';

/**
 * The bounds of ln p(x) in float64, example by example and sample by sample, by their definitions: what the engine's are
 * held against.
 */

/** A layer: W [in][out], as it computes, and its bias. */
interface Layer {
  weight: readonly Float64Array[];
  bias: Float64Array;
}

/** A network's values. */
export interface ReferenceNetwork {
  encoder: readonly Layer[];
  decoder: readonly Layer[];
  latent: number;
}

/** The values of a network as it is now; the encoder's matrices are bounded where its are. */
export function referenceOf(model: Autoencoder, bound: number | null): ReferenceNetwork {
  return {
    encoder: layersOf(model.encoder, bound),
    decoder: layersOf(model.decoder, null),
    latent: model.blueprint.sizes.latent,
  };
}

function layersOf({ matrices, biases }: Perceptron, bound: number | null): Layer[] {
  return matrices.map((matrix, index) => {
    const rows = rowsOf(tf.tidy(() => matrix.matrix()));
    if (bound !== null) boundColumns(rows, bound);
    return { weight: rows, bias: Float64Array.from(biases[index]!.value.dataSync()) };
  });
}

function rowsOf(matrix: Tensor): Float64Array[] {
  const [rows, columns] = matrix.shape as [number, number];
  const values = matrix.dataSync();
  matrix.dispose();
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}

/** v ← H·tanh(‖v‖/H)·v/‖v‖ of each column v that is not zero. */
function boundColumns(rows: readonly Float64Array[], bound: number): void {
  columnNorms(rows).forEach((norm, column) => {
    if (norm === 0) return;
    const scale = (bound * Math.tanh(norm / bound)) / norm;
    for (const row of rows) row[column]! *= scale;
  });
}

/** ‖v‖ of each column v. */
export function columnNorms(rows: readonly Float64Array[]): number[] {
  return Array.from(rows[0]!, (_, column) =>
    Math.sqrt(rows.reduce((sum, row) => sum + row[column]! * row[column]!, 0)),
  );
}

function applied(layers: readonly Layer[], x: ArrayLike<number>): Float64Array {
  return layers.reduce<Float64Array>((input, { weight, bias }, index) => {
    const output = bias.map((start, column) =>
      weight.reduce((sum, row, place) => sum + input[place]! * row[column]!, start),
    );
    return index === layers.length - 1 ? output : output.map(Math.tanh);
  }, Float64Array.from(x));
}

/** ln N(v; μ, σ²) */
function logNormal(v: number, mean: number, variance: number): number {
  return -0.5 * (Math.log(2 * Math.PI * variance) + (v - mean) ** 2 / variance);
}

/** ln p of a bit that is 1 with probability σ(logit). */
function logBit(bit: number, logit: number): number {
  const own = bit === 1 ? logit : -logit;
  return own > 0 ? -Math.log1p(Math.exp(-own)) : own - Math.log1p(Math.exp(own));
}

/** ln p(x, z) = ln p(x|z) + ln p(z). */
export function logJoint({ decoder }: ReferenceNetwork, x: ArrayLike<number>, z: Float64Array): number {
  const logits = applied(decoder, z);
  const prior = z.reduce((sum, value) => sum + logNormal(value, 0, 1), 0);
  return logits.reduce((sum, logit, pixel) => sum + logBit(x[pixel]!, logit), prior);
}

/** What samples of one example say. */
export interface ReferenceBounds {
  bound: number;
  elbo: number;
}

/** @param noise ε of each sample, [samples][latent] */
export function referenceBounds(
  network: ReferenceNetwork,
  x: ArrayLike<number>,
  noise: readonly Float64Array[],
): ReferenceBounds {
  const { latent } = network;
  const both = applied(network.encoder, x);
  const [mean, variance] = [both.subarray(0, latent), both.subarray(latent).map(Math.exp)];
  const joints = noise.map((epsilon) => {
    const z = epsilon.map((value, entry) => mean[entry]! + Math.sqrt(variance[entry]!) * value);
    const joint = logJoint(network, x, z);
    const prior = z.reduce((sum, value) => sum + logNormal(value, 0, 1), 0);
    const proposal = z.reduce((sum, value, entry) => sum + logNormal(value, mean[entry]!, variance[entry]!), 0);
    return { weight: joint - proposal, reconstruction: joint - prior };
  });
  const largest = Math.max(...joints.map(({ weight }) => weight));
  const sum = joints.reduce((total, { weight }) => total + Math.exp(weight - largest), 0);
  const kl = mean.reduce((total, value, entry) => {
    return total + 0.5 * (value * value + variance[entry]! - 1 - Math.log(variance[entry]!));
  }, 0);
  const reconstruction = joints.reduce((total, one) => total + one.reconstruction, 0) / joints.length;
  return { bound: largest + Math.log(sum / joints.length), elbo: reconstruction - kl };
}
