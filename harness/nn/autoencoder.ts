import type { Tensor } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { Streams } from '../random.ts';
import type { AutoencoderBlueprint } from '../shape/autoencoder.ts';
import type { InitName } from '../spec/words.ts';
import type { CompressibleWeight } from './layer.ts';
import type { MatrixMethod } from './matrix-method.ts';
import { type DiagonalNormal, normalOf, type Perceptron, perceptronOf } from './perceptron.ts';

/** An encoder q(z|x) and a decoder p(x|z) of bits. */
export interface Autoencoder {
  readonly blueprint: AutoencoderBlueprint;
  /** The encoder's, then the decoder's. */
  readonly variables: readonly Variable[];
  readonly encoder: Perceptron;
  readonly decoder: Perceptron;
  /** The encoder's matrices. */
  readonly compressed: readonly CompressibleWeight[];
  /** q(z|x) of each row of x [rows, inputs]. */
  encode(x: Tensor): DiagonalNormal;
  /** The logits of p(x|z), [rows, inputs], of each row of z [rows, latent]. */
  decode(z: Tensor): Tensor;
}

export interface AutoencoderOptions {
  /** How the encoder's matrices are built, and the decoder's. */
  encoder: MatrixMethod;
  decoder: MatrixMethod;
  /** The encoder's rank scale and initialization. */
  scale: number;
  init: InitName;
  /** H, the bound of the norm of each column of the encoder's matrices; null: none. */
  bound: number | null;
}

/** The network of a blueprint; biases begin at zero. */
export function buildAutoencoder(
  blueprint: AutoencoderBlueprint,
  { encoder: method, decoder: plain, scale, init, bound }: AutoencoderOptions,
  streams: Streams,
): Autoencoder {
  const encoder = perceptronOf(blueprint.encoder, (shape) => method.build(shape, scale, init, streams), bound);
  const decoder = perceptronOf(blueprint.decoder, (shape) => plain.build(shape, 1, 'default', streams), null);
  return {
    blueprint,
    variables: [...encoder.variables, ...decoder.variables],
    encoder,
    decoder,
    compressed: encoder.matrices,
    encode: (x) => normalOf(encoder.apply(x)),
    decode: (z) => decoder.apply(z),
  };
}
