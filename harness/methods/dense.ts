import { type Conv2dOptions, conv2d, mappedConv2d } from '../engine/ops/conv2d.ts';
import { variableOf } from '../engine/variable.ts';
import { denseConvWeight } from '../init/conv-weight.ts';
import type { CompressibleLayer } from '../nn/layer.ts';
import type { Streams } from '../random.ts';
import { type ConvShape, denseMacs, denseParameters } from '../shape/blueprint.ts';
import { denseMatrices } from './dense-matrix.ts';
import { filterMatrix } from './filter-matrix.ts';
import type { LayerMethod } from './method.ts';

/** The uncompressed layer: the reference that every budget and speed is relative to. */
export const dense: LayerMethod = {
  kind: 'layer',
  name: 'dense',
  compresses: false,
  parameters: denseParameters,
  macs: denseMacs,
  build: (shape, _scale, _init, streams) => denseConv(shape, streams, true),
  matrices: denseMatrices,
};

/** An ordinary convolution without bias. */
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
