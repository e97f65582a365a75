import { type Blueprint, denseMacs, type LayerShape, totalParameters } from './blueprint.ts';

/** A convolution's or linear layer's weight: what masks cover. Biases and normalizations stay dense. */
export interface WeightShape {
  /** Name of its variable. */
  name: string;
  shape: readonly number[];
  size: number;
  /** Multiply-accumulates that one entry takes part in, for one example: the layer's output positions. */
  uses: number;
}

/** The weights of all convolutions and linear layers, first and last included, in the blueprint's order. */
export function weightShapes(blueprint: Blueprint): WeightShape[] {
  return blueprint.layers.flatMap((layer) => {
    const shape = shapeOf(layer);
    if (shape === null) return [];
    const size = shape.reduce((product, length) => product * length, 1);
    return [{ name: `${layer.name}.weight`, shape, size, uses: denseMacs(layer) / size }];
  });
}

function shapeOf(layer: LayerShape): number[] | null {
  switch (layer.kind) {
    case 'conv':
      return [...layer.kernel, layer.inChannels, layer.outChannels];
    case 'linear':
      return [layer.inFeatures, layer.outFeatures];
    default:
      return null;
  }
}

/** Entries of all convolution and linear weights. */
export function totalWeights(blueprint: Blueprint): number {
  return weightShapes(blueprint).reduce((sum, { size }) => sum + size, 0);
}

/** Parameters that no mask covers: biases and normalizations. */
export function unmaskedParameters(blueprint: Blueprint): number {
  return totalParameters(blueprint) - totalWeights(blueprint);
}

/** Multiply-accumulates of one example's forward pass with the kept entries only; `kept` a layer, in order. */
export function keptMacs(blueprint: Blueprint, kept: readonly number[]): number {
  return weightShapes(blueprint).reduce((sum, { uses }, layer) => sum + kept[layer]! * uses, 0);
}
