import { assemble, type Blueprint, type LayerShape, type Operation } from './blueprint.ts';
import { type TransformerBlueprint, transformerBlueprint } from './transformer.ts';

/** Thinner dense networks: the same depth, inputs and outputs, and a share of every width in between. */

/** round(s·width), one at least. */
export function scaled(width: number, scale: number): number {
  return Math.max(1, Math.round(scale * width));
}

/**
 * A network of images with round(s·c) channels, one at least, wherever it has c between its input and its classes;
 * equal channels stay equal, so that what is added up still fits. At scale 1 the network itself.
 */
export function narrowedBlueprint({ name, operations, layers }: Blueprint, scale: number): Blueprint {
  const [first] = layers;
  const narrowLayer = (layer: LayerShape): LayerShape => {
    switch (layer.kind) {
      case 'conv': {
        const inChannels = layer === first ? layer.inChannels : scaled(layer.inChannels, scale);
        return { ...layer, inChannels, outChannels: scaled(layer.outChannels, scale) };
      }
      case 'linear':
        return { ...layer, inFeatures: layer === first ? layer.inFeatures : scaled(layer.inFeatures, scale) };
      case 'batch-norm':
        return { ...layer, channels: scaled(layer.channels, scale) };
    }
  };
  const narrow = (operation: Operation): Operation => {
    switch (operation.kind) {
      case 'conv':
      case 'linear':
      case 'batch-norm':
        return narrowLayer(operation);
      case 'subsampling': {
        const { inChannels, outChannels } = operation;
        return { ...operation, inChannels: scaled(inChannels, scale), outChannels: scaled(outChannels, scale) };
      }
      case 'residual':
        return { ...operation, branch: operation.branch.map(narrow), shortcut: operation.shortcut.map(narrow) };
      default:
        return operation;
    }
  };
  return assemble(name, operations.map(narrow));
}

/**
 * A Transformer with as many heads, each of round(s·size) features, one at least: the width is their product. The
 * feed-forward width is scaled by itself; vocabularies, positions and layers stay. At scale 1 the network itself.
 */
export function narrowedTransformer({ name, sizes }: TransformerBlueprint, scale: number): TransformerBlueprint {
  return transformerBlueprint(name, { ...sizes, ...scaledWidths(sizes, scale) });
}

/** The widths of a Transformer's layers at a share of them: as many heads, each of round(s·size) features, one at least. */
export function scaledWidths<S extends { width: number; heads: number; feedForward: number }>(
  { width, heads, feedForward }: S,
  scale: number,
): Pick<S, 'width' | 'feedForward'> {
  return { width: heads * scaled(width / heads, scale), feedForward: scaled(feedForward, scale) };
}
