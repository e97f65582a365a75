import { tf } from '../engine/tensorflow.ts';
import { matrixFilter } from '../nn/conv-layer.ts';
import type { Model } from '../nn/model.ts';
import { buildNetwork } from '../nn/network.ts';
import { streamsOf } from '../random.ts';
import { dense } from './dense.ts';

/**
 * A factorized network as the dense one for inference (Khodak et al. 2021, section 4.3): every factorized convolution
 * becomes one dense convolution with the product of its factors, UVᵀ or U M Vᵀ, and all else, running statistics
 * included, has its values. It is a network of its own, whose variables the caller owns: the dense network of the same
 * blueprint, so that it has that one's parameters, operations and memory.
 *
 * @throws Error where a layer's matrix is not of the shape of its dense convolution
 */
export function collapsed(model: Model): Model {
  const { blueprint } = model;
  // What it is drawn with is replaced at once.
  const network = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('collapsed', 0));
  const shapes = blueprint.layers.filter((layer) => layer.kind === 'conv').filter(({ compressible }) => compressible);
  for (const [index, shape] of shapes.entries()) {
    const [filter] = network.compressed[index]!.variables;
    filter!.assign(tf.tidy(() => matrixFilter(model.compressed[index]!.matrix(), shape)));
  }
  const replaced = new Set(network.compressed.flatMap(({ variables }) => variables));
  const trained = new Map(model.variables.map((variable) => [variable.name, variable]));
  for (const variable of network.variables) {
    if (replaced.has(variable)) continue;
    const from = trained.get(variable.name);
    if (from === undefined) throw new Error(`collapsed: the network has no ${variable.name}`);
    variable.assign(tf.clone(from.value));
  }
  return network;
}
