import { gaussian, type Streams, uniformIn } from '../random.ts';
import type { ConvShape } from '../shape/blueprint.ts';

/**
 * The weights of a depthwise k1 x k2 convolution and of the pointwise one after it, drawn as the released code of the
 * tensor experiments draws them (Khodak et al. 2021).
 */

/**
 * The pointwise matrix [out, in] that a tensor format decomposes, row by row: U(±1/√in), as the layer draws it itself,
 * or N(0, 2/out), as the network draws anew what is decomposed for spectral initialization.
 */
export function pointwiseWeight(shape: ConvShape, drawn: 'uniform' | 'normal', streams: Streams): Float32Array {
  const { name, inChannels, outChannels } = shape;
  const [size, stream] = [outChannels * inChannels, streams(`weights/${name}.pointwise`)];
  if (drawn === 'uniform') return uniformIn(size, 1 / Math.sqrt(inChannels), stream);
  return gaussian(size, Math.sqrt(pointwiseVariance(shape)), stream);
}

/** 2/out */
export function pointwiseVariance({ outChannels }: ConvShape): number {
  return 2 / outChannels;
}

/**
 * The depthwise kernel [k1, k2, in, 1]: N(0, 2/(k1·k2·in)), as the network draws it anew like all of its ordinary
 * convolutions, by fan-out with all channels counted though each has a filter of its own.
 */
export function depthwiseWeight({ name, kernel, inChannels }: ConvShape, streams: Streams): Float32Array {
  const size = kernel[0] * kernel[1] * inChannels;
  return gaussian(size, Math.sqrt(2 / size), streams(`weights/${name}.depthwise`));
}
