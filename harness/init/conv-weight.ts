import type { Streams } from '../random.ts';
import { type ConvShape, fanOut } from '../shape/blueprint.ts';
import { heNormal } from './he-normal.ts';

/**
 * The dense layer's own initialization, [k1, k2, in, out], He normal with fan-in k1·k2·in, or with fan-out k1·k2·out
 * where the network says so. Spectral initialization decomposes this very draw, so that a dense cell and its factorized
 * counterparts start from the same weights.
 */
export function denseConvWeight(shape: ConvShape, streams: Streams): Float32Array {
  const [k1, k2] = shape.kernel;
  const fanIn = k1 * k2 * shape.inChannels;
  const fan = shape.fans?.dense === 'out' ? fanOut(shape) : fanIn;
  return heNormal(fanIn * shape.outChannels, fan, streams(`weights/${shape.name}`));
}
