import type { Tensor } from '../../harness/engine/tensorflow.ts';
import type { Pass } from '../../harness/nn/layer.ts';
import type { ConvShape } from '../../harness/shape/blueprint.ts';
import { at, filled, type Values } from './reference.ts';

/** Convolution layers, and their weights in plain numbers. */

export const inference: Pass = { training: false };

/** A 3 x 3 convolution from 4 to 4 channels over 6 x 6 outputs, where nothing else is said. */
export function convShape(changes: Partial<ConvShape> = {}): ConvShape {
  return {
    kind: 'conv',
    name: 'layer.conv',
    inChannels: 4,
    outChannels: 4,
    kernel: [3, 3],
    stride: 1,
    outputSize: [6, 6],
    compressible: true,
    ...changes,
  };
}

/** The convolution filter [k1, k2, in, out] of the matrix W [out·k1, in·k2]. */
export function filterOf(matrix: Values, { kernel: [k1, k2], inChannels, outChannels }: ConvShape): Values {
  return filled([k1, k2, inChannels, outChannels], ([a, b, i, o]) => at(matrix, o! * k1 + a!, i! * k2 + b!));
}

/** The convolution filter that u [k1, 1, r, out] and v [1, k2, in, r] stand for: Σ_r u[a, r, o]·v[b, i, r]. */
export function composedFilter(u: Values, v: Values): Values {
  const [k1, , rank, outChannels] = u.shape as [number, number, number, number];
  const [, k2, inChannels] = v.shape as [number, number, number];
  return filled([k1, k2, inChannels, outChannels], ([a, b, i, o]) => {
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += at(u, a!, 0, r, o!) * at(v, 0, b!, i!, r);
    return sum;
  });
}

export type Apply = (x: Tensor) => Tensor;
