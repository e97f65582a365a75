import {
  type Blueprint,
  type ConvShape,
  denseMacs,
  type LayerShape,
  totalMacs,
  totalOutputs,
  totalParameters,
} from './blueprint.ts';
import { narrowedBlueprint } from './narrowed.ts';
import type { Sized, WeightShape } from './sized.ts';

/** A network of images by its sizes. Masks cover every convolution and linear weight, first and last included. */
export function sizedNetwork(blueprint: Blueprint): Sized {
  return {
    name: blueprint.name,
    dense: { parameters: totalParameters(blueprint), macs: totalMacs(blueprint), values: totalOutputs(blueprint) },
    weights: weightShapes(blueprint),
    parameters: (method, scale) => totalParameters(blueprint, (shape) => method.parameters(shape, scale)),
    operations(method, scale) {
      const macsOf = (shape: ConvShape) => method.macs(shape, scale);
      const ownMacsOf = (shape: ConvShape) => macsOf(shape) - (method.compositionMacs?.(shape, scale) ?? 0);
      const macs = totalMacs(blueprint, macsOf);
      return { macs, compositionMacs: macs - totalMacs(blueprint, ownMacsOf) };
    },
    narrowed: (scale) => sizedNetwork(narrowedBlueprint(blueprint, scale)),
  };
}

/** The weights of all convolutions and linear layers, in the blueprint's order; an entry is used once a position. */
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
