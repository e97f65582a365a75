import { biasAdd } from '../engine/ops/bias-add.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import type { Streams } from '../random.ts';
import type { AutoencoderBlueprint } from '../shape/autoencoder.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';
import type { InitName } from '../spec/words.ts';
import type { CompressibleWeight } from './layer.ts';
import type { MatrixLayer } from './matrix-layer.ts';
import type { MatrixMethod } from './matrix-method.ts';

/** A normal distribution with a diagonal covariance for each row: [rows, latent] both. */
export interface DiagonalNormal {
  mean: Tensor;
  logVariance: Tensor;
}

/** An encoder q(z|x) and a decoder p(x|z) of bits. */
export interface Autoencoder {
  readonly blueprint: AutoencoderBlueprint;
  /** The encoder's, then the decoder's. */
  readonly variables: readonly Variable[];
  readonly encoder: Stack;
  readonly decoder: Stack;
  /** The encoder's matrices. */
  readonly compressed: readonly CompressibleWeight[];
  /** q(z|x) of each row of x [rows, inputs]. */
  encode(x: Tensor): DiagonalNormal;
  /** The logits of p(x|z), [rows, inputs], of each row of z [rows, latent]. */
  decode(z: Tensor): Tensor;
}

/** Layers one after another: tanh(x·W + b), the last one without tanh. */
export interface Stack {
  readonly variables: readonly Variable[];
  readonly matrices: readonly MatrixLayer[];
  readonly biases: readonly Variable[];
  apply(x: Tensor): Tensor;
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
  const encoder = stackOf(blueprint.encoder, (shape) => method.build(shape, scale, init, streams), bound);
  const decoder = stackOf(blueprint.decoder, (shape) => plain.build(shape, 1, 'default', streams), null);
  const { latent } = blueprint.sizes;
  return {
    blueprint,
    variables: [...encoder.variables, ...decoder.variables],
    encoder,
    decoder,
    compressed: encoder.matrices,
    encode(x) {
      const both = encoder.apply(x);
      const rows = both.shape[0]!;
      return {
        mean: tf.slice(both, [0, 0], [rows, latent]),
        logVariance: tf.slice(both, [0, latent], [rows, latent]),
      };
    },
    decode: (z) => decoder.apply(z),
  };
}

function stackOf(
  shapes: readonly MatrixShape[],
  build: (shape: MatrixShape) => MatrixLayer,
  bound: number | null,
): Stack {
  const matrices = shapes.map(build);
  const biases = shapes.map(({ name, outFeatures }) => filledVariable(`${name}.bias`, 'weight', [outFeatures], 0));
  return {
    variables: matrices.flatMap((matrix, index) => [...matrix.variables, biases[index]!]),
    matrices,
    biases,
    apply: (x) =>
      matrices.reduce((input, matrix, index) => {
        const product = matrix.apply(input);
        const bounded = bound === null ? product : tf.mul(product, columnScales(matrix.matrix(), bound));
        const output = biasAdd(bounded, biases[index]!.value);
        return index === matrices.length - 1 ? output : tf.tanh(output);
      }, x),
  };
}

/** Keeps the norm of a column of zeros, and its gradient, a number. */
const smallest = 1e-12;

/**
 * H·tanh(‖v‖/H)/‖v‖ for each column v of a matrix: near 1 for short columns, and such that no column times it is as long
 * as H.
 *
 * @param matrix [in, out]
 * @returns [out]
 */
export function columnScales(matrix: Tensor, bound: number): Tensor {
  const norms = tf.sqrt(tf.add(tf.sum(tf.square(matrix), 0), smallest));
  return tf.div(tf.mul(tf.tanh(tf.div(norms, bound)), bound), norms);
}
