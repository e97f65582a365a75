import { type Conv2dOptions, conv2d, mappedConv2d } from '../engine/ops/conv2d.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { variableOf } from '../engine/variable.ts';
import { denseConvWeight } from '../init/conv-weight.ts';
import type { Streams } from '../random.ts';
import type { ConvShape } from '../shape/blueprint.ts';
import type { CompressibleLayer } from './layer.ts';

/**
 * An ordinary convolution without bias.
 *
 * @param inputGradient whether the gradient of its input is computed: the first layer of a network needs none
 */
export function denseConv(shape: ConvShape, streams: Streams, inputGradient: boolean): CompressibleLayer {
  const { name, kernel, inChannels, outChannels, stride } = shape;
  const filterShape = [...kernel, inChannels, outChannels];
  const filter = variableOf(`${name}.weight`, 'weight', denseConvWeight(shape, streams), filterShape);
  const options: Conv2dOptions = { stride: [stride, stride], inputGradient };
  return {
    variables: [filter],
    apply: (x) => conv2d(x, filter.value, options),
    applyMapped: (x, map) => mappedConv2d(x, filter.value, map, options),
    matrix: () => filterMatrix(filter.value),
    frobeniusGradients: () => null,
  };
}

/** The matrix W [out·k1, in·k2] of a dense filter [k1, k2, in, out]: what a layer's `matrix` returns. */
export function filterMatrix(filter: Tensor): Tensor {
  const [k1, k2, inChannels, outChannels] = filter.shape as [number, number, number, number];
  return tf.tidy(() => tf.reshape(tf.transpose(filter, [3, 0, 2, 1]), [outChannels * k1, inChannels * k2]));
}

/** The dense filter [k1, k2, in, out] of a convolution's matrix W [out·k1, in·k2]: the inverse of `filterMatrix`. */
export function matrixFilter(matrix: Tensor, { kernel: [k1, k2], inChannels, outChannels }: ConvShape): Tensor {
  return tf.tidy(() => tf.transpose(tf.reshape(matrix, [outChannels, k1, inChannels, k2]), [1, 3, 2, 0]));
}
