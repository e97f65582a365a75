import { tf } from '../../engine/tensorflow.ts';
import type { Model } from '../../nn/model.ts';
import type { WarmUpMethod } from './warm-up-method.ts';

/**
 * Gives a factorized network what the dense one has learned: replaced layers their weights' factors, and all else,
 * running statistics included, its values.
 *
 * @param dense a network of the same blueprint
 * @throws Error where the two are not of one blueprint
 */
export function switchNetwork(method: WarmUpMethod, dense: Model, factorized: Model): void {
  const shapes = factorized.blueprint.layers.filter((layer) => layer.kind === 'conv' && layer.compressible);
  if (shapes.length !== factorized.compressed.length || shapes.length !== dense.compressed.length) {
    throw new Error(`${method.name}: the dense network has other layers than the factorized one`);
  }
  factorized.compressed.forEach((layer, index) => {
    const shape = shapes[index]!;
    if (shape.kind === 'conv') method.replace(layer, dense.compressed[index]!, shape);
  });
  const replaced = new Set(factorized.compressed.flatMap(({ variables }) => variables));
  const trained = new Map(dense.variables.map((variable) => [variable.name, variable]));
  for (const variable of factorized.variables) {
    if (replaced.has(variable)) continue;
    const from = trained.get(variable.name);
    if (from === undefined) throw new Error(`${method.name}: the dense network has no ${variable.name}`);
    variable.assign(tf.clone(from.value));
  }
}
