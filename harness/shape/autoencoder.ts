import { type MatrixShape, matrixMacs, matrixParameters } from './matrix-shape.ts';
import { scaled } from './narrowed.ts';
import type { MatrixCounts, Sized } from './sized.ts';
import { denseCounts, matricesOf } from './sized-transformer.ts';

/** The sizes that decide an autoencoder's layers. */
export interface AutoencoderSizes {
  /** Entries of an example x. */
  inputs: number;
  /** Widths of the encoder's hidden layers, in order. */
  encoder: readonly number[];
  /** Entries of z. */
  latent: number;
  /** Widths of the decoder's hidden layers, in order. */
  decoder: readonly number[];
}

/** An autoencoder as plain data: layers in order, each a matrix and a bias. */
export interface AutoencoderBlueprint {
  name: string;
  sizes: AutoencoderSizes;
  /** From x to mean and log-variance of z, [inputs] to [2·latent]; these matrices a method may factorize. */
  encoder: readonly MatrixShape[];
  /** From z to the logits of x; dense under every method, so that all train the same model p(x|z). */
  decoder: readonly MatrixShape[];
}

/** The layers of an autoencoder of multilayer perceptrons. */
export function autoencoderBlueprint(name: string, sizes: AutoencoderSizes): AutoencoderBlueprint {
  const { inputs, encoder, latent, decoder } = sizes;
  return {
    name,
    sizes,
    encoder: perceptronShapes('encoder', [inputs, ...encoder, 2 * latent]),
    decoder: perceptronShapes('decoder', [latent, ...decoder, inputs]),
  };
}

/** Matrices of a stack of layers from one width to the next. */
export function perceptronShapes(name: string, widths: readonly number[]): MatrixShape[] {
  return widths.slice(1).map((outFeatures, index) => {
    return { kind: 'matrix', name: `${name}.${index}`, use: 'linear', inFeatures: widths[index]!, outFeatures };
  });
}

/** Parameters of a stack of layers, biases included. */
export function stackParameters(stack: readonly MatrixShape[], counts: MatrixCounts = denseCounts, scale = 1): number {
  return stack.reduce((sum, shape) => sum + counts.parameters(shape, scale) + shape.outFeatures, 0);
}

function stackMacs(stack: readonly MatrixShape[], counts: MatrixCounts, scale: number): number {
  return stack.reduce((sum, shape) => sum + counts.macs(shape, scale), 0);
}

/** An autoencoder by its sizes, its operations those of one example and one sample of z. */
export function sizedAutoencoder(blueprint: AutoencoderBlueprint): Sized {
  const { name, encoder, decoder } = blueprint;
  const parametersOf = (counts: MatrixCounts, scale: number) =>
    stackParameters(encoder, counts, scale) + stackParameters(decoder);
  const macsOf = (counts: MatrixCounts, scale: number) =>
    stackMacs(encoder, counts, scale) + stackMacs(decoder, denseCounts, 1);
  const values = [...encoder, ...decoder].reduce((sum, { outFeatures }) => sum + outFeatures, 0);
  return {
    name,
    dense: { parameters: parametersOf(denseCounts, 1), macs: macsOf(denseCounts, 1), values },
    weights: [...encoder, ...decoder].map((shape) => ({
      name: `${shape.name}.weight`,
      shape: [shape.inFeatures, shape.outFeatures],
      size: matrixParameters(shape),
      uses: matrixMacs(shape) / matrixParameters(shape),
    })),
    parameters: (method, scale) => parametersOf(matricesOf(method), scale),
    operations: (method, scale) => ({ macs: macsOf(matricesOf(method), scale), compositionMacs: 0 }),
    narrowed: (scale) => sizedAutoencoder(narrowedAutoencoder(blueprint, scale)),
  };
}

/** An autoencoder with thinner hidden layers of the encoder; the decoder stays. At scale 1 the network itself. */
export function narrowedAutoencoder({ name, sizes }: AutoencoderBlueprint, scale: number): AutoencoderBlueprint {
  return autoencoderBlueprint(name, { ...sizes, encoder: sizes.encoder.map((width) => scaled(width, scale)) });
}
