import { relu } from '../engine/relu.ts';
import { type Tensor, type Tensor4D, tf } from '../engine/tensorflow.ts';
import { denseConv } from '../methods/dense.ts';
import type { LayerMethod } from '../methods/method.ts';
import type { Streams } from '../random.ts';
import type { InitName } from '../spec.ts';
import { batchNormLayer } from './batch-norm-layer.ts';
import type { Blueprint, ConvShape, LayerShape } from './blueprint.ts';
import type { CompressibleLayer, Layer, Pass } from './layer.ts';
import { linearLayer } from './linear-layer.ts';
import type { Model } from './model.ts';

export interface Compression {
  method: LayerMethod;
  scale: number;
  init: InitName;
}

/** Builds a ResNet from its blueprint, with every compressible convolution made by the method. */
export function buildResnet(blueprint: Blueprint, { method, scale, init }: Compression, streams: Streams): Model {
  const compressed: CompressibleLayer[] = [];
  const layerOf = (shape: LayerShape): Layer => {
    if (shape.kind === 'batch-norm') return batchNormLayer(shape);
    if (shape.kind === 'linear') return linearLayer(shape, streams);
    if (!shape.compressible) return denseConv(shape, streams, false);
    const layer = method.build(shape, scale, init, streams);
    compressed.push(layer);
    return layer;
  };
  const layers = blueprint.layers.map(layerOf);
  return {
    blueprint,
    variables: layers.flatMap((layer) => layer.variables),
    compressed,
    apply: (images, pass) => applyResnet(blueprint, layers, images, pass),
  };
}

/** Layers come as convolution-normalization pairs: the stem, then two pairs a block, and the classifier last. */
function applyResnet(blueprint: Blueprint, layers: readonly Layer[], images: Tensor, pass: Pass): Tensor {
  const pair = (index: number, x: Tensor) => layers[index + 1]!.apply(layers[index]!.apply(x, pass), pass);
  let x = relu(pair(0, images));
  for (let index = 2; index + 3 < layers.length; index += 4) {
    const first = blueprint.layers[index] as ConvShape;
    const branch = pair(index + 2, relu(pair(index, x)));
    x = relu(tf.add(branch, shortcut(x, first)));
  }
  const pooled = tf.mean(x, [1, 2]);
  return layers[layers.length - 1]!.apply(pooled, pass);
}

/** Option A of He et al. 2016: every stride-th pixel, and zeros for half of the new channels on either side. */
function shortcut(x: Tensor, { stride, inChannels, outChannels }: ConvShape): Tensor {
  // Average pooling with a window of one pixel is subsampling with a gradient, which tfjs's strided slice lacks.
  const sampled = stride === 1 ? x : tf.avgPool(x as Tensor4D, 1, stride, 'valid');
  if (inChannels === outChannels) return sampled;
  const before = Math.floor((outChannels - inChannels) / 2);
  const channels: [number, number] = [before, outChannels - inChannels - before];
  return tf.pad(sampled as Tensor4D, [[0, 0], [0, 0], [0, 0], channels]);
}
