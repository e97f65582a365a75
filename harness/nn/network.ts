import { maxPool } from '../engine/ops/max-pool.ts';
import { relu } from '../engine/ops/relu.ts';
import { subsample } from '../engine/ops/subsample.ts';
import { type Tensor, type Tensor4D, tf } from '../engine/tensorflow.ts';
import type { Streams } from '../random.ts';
import type { Blueprint, LayerShape, Operation, SubsamplingShape } from '../shape/blueprint.ts';
import type { InitName } from '../spec/words.ts';
import type { BalancedFactors, Factorization } from '../tensor/balanced-factors.ts';
import { batchNormLayer } from './batch-norm-layer.ts';
import { denseConv } from './conv-layer.ts';
import type { ChannelMapLayer, CompressibleLayer, Layer, Pass } from './layer.ts';
import { initsOf, type LayerMethod } from './layer-method.ts';
import { linearLayer } from './linear-layer.ts';
import type { Model } from './model.ts';

export interface Compression {
  method: LayerMethod;
  scale: number;
  init: InitName;
}

/** The factorizations that a network's layers start from and that can be computed before it is built, by layer. */
export function factorizationsOf(
  blueprint: Blueprint,
  { method, scale, init }: Compression,
  streams: Streams,
): ReadonlyMap<string, Factorization> {
  const found = new Map<string, Factorization>();
  for (const shape of blueprint.layers) {
    if (shape.kind !== 'conv' || !shape.compressible) continue;
    const factorization = method.factorization?.(shape, scale, init, streams) ?? null;
    if (factorization !== null) found.set(shape.name, factorization);
  }
  return found;
}

/**
 * Builds a network from its blueprint, with every compressible convolution made by the method.
 *
 * @param factors what has been computed of `factorizationsOf`; the network is the same without
 * @throws RangeError where the method does not know the initialization
 */
export function buildNetwork(
  blueprint: Blueprint,
  { method, scale, init }: Compression,
  streams: Streams,
  factors: ReadonlyMap<string, BalancedFactors> = new Map(),
): Model {
  if (!initsOf(method).includes(init)) throw new RangeError(`method ${method.name} has no init '${init}'`);
  const compressed: CompressibleLayer[] = [];
  const normalizations = new Map<string, ChannelMapLayer>();
  const layerOf = (shape: LayerShape): Layer => {
    if (shape.kind === 'batch-norm') {
      const normalization = batchNormLayer(shape);
      normalizations.set(shape.name, normalization);
      return normalization;
    }
    if (shape.kind === 'linear') return linearLayer(shape, streams);
    // The images need no gradient; a layer behind others that stays dense passes one on.
    if (!shape.compressible) return denseConv(shape, streams, shape !== blueprint.layers[0]);
    const layer = method.build(shape, scale, init, streams, factors.get(shape.name));
    compressed.push(layer);
    return layer;
  };
  const all = new Map(blueprint.layers.map((shape) => [shape.name, layerOf(shape)]));
  const layers = { all, normalizations };
  return {
    blueprint,
    variables: [...all.values()].flatMap((layer) => layer.variables),
    compressed,
    apply: (images, pass) => applyAll(blueprint.operations, images, layers, pass),
  };
}

/** The layers by name; the normalizations are among them all. */
interface Layers {
  all: ReadonlyMap<string, Layer>;
  normalizations: ReadonlyMap<string, ChannelMapLayer>;
}

function applyAll(operations: readonly Operation[], x: Tensor, layers: Layers, pass: Pass): Tensor {
  let value = x;
  for (let i = 0; i < operations.length; i++) {
    const normalized = pass.training || pass.observe !== undefined ? null : applyTwo(operations, i, value, layers);
    value = normalized ?? applyOne(operations[i]!, value, layers, pass);
    if (normalized !== null) i++;
  }
  return value;
}

/** A convolution and the normalization after it at once, in evaluation; null where there are none, or not at once. */
function applyTwo(operations: readonly Operation[], index: number, x: Tensor, layers: Layers): Tensor | null {
  const [first, second] = [operations[index]!, operations[index + 1]];
  if (first.kind !== 'conv' || second?.kind !== 'batch-norm') return null;
  const layer = layers.all.get(first.name)!;
  return layer.applyMapped?.(x, layers.normalizations.get(second.name)!.channelMap()) ?? null;
}

function applyOne(operation: Operation, x: Tensor, layers: Layers, pass: Pass): Tensor {
  switch (operation.kind) {
    case 'conv':
    case 'linear': {
      const y = layers.all.get(operation.name)!.apply(x, pass);
      return pass.training || pass.observe === undefined ? y : pass.observe(operation, x, y);
    }
    case 'batch-norm':
      return layers.all.get(operation.name)!.apply(x, pass);
    case 'relu':
      return relu(x);
    case 'max-pool':
      return maxPool(x, operation.size);
    case 'global-average-pool':
      return tf.mean(x, [1, 2]);
    case 'subsampling':
      return subsampled(x, operation);
    case 'residual': {
      const branch = applyAll(operation.branch, x, layers, pass);
      return tf.add(branch, applyAll(operation.shortcut, x, layers, pass));
    }
  }
}

/** Option A's shortcut, a linear map. */
export function subsampled(x: Tensor, { stride, inChannels, outChannels }: SubsamplingShape): Tensor {
  const sampled = subsample(x, [stride, stride]) as Tensor4D;
  const before = Math.floor((outChannels - inChannels) / 2);
  const channels: [number, number] = [before, outChannels - inChannels - before];
  return tf.pad(sampled, [[0, 0], [0, 0], [0, 0], channels]);
}
