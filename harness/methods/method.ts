import type { CompressibleLayer } from '../nn/layer.ts';
import type { MatrixMethod } from '../nn/matrix-method.ts';
import type { Streams } from '../random.ts';
import type { ConvShape } from '../shape/blueprint.ts';
import type { SparseMethod } from '../sparse/sparse-method.ts';
import type { InitName } from '../spec/spec.ts';

/** How a network comes to its budget: by other layers, or by masks over the dense ones. */
export type Method = LayerMethod | SparseMethod;

/** How a method replaces one dense layer. `scale` is the network's one rank scale s (paper, section 4). */
export interface LayerMethod {
  readonly kind: 'layer';
  readonly name: string;
  /** False for a method that leaves layers dense: its budget is always 1. */
  readonly compresses: boolean;
  /** The initializations that it knows; where it does not say, `default` and `spectral`. */
  readonly inits?: readonly InitName[];
  /** Parameters of a convolution at a rank scale; must not fall as the scale grows. */
  parameters(shape: ConvShape, scale: number): number;
  /** Multiply-accumulate operations of a convolution's forward pass for one example. */
  macs(shape: ConvShape, scale: number): number;
  /** The part of `macs` that composing a dense weight takes, spent once a batch; none where it does not say. */
  compositionMacs?(shape: ConvShape, scale: number): number;
  /** Makes the convolution with its variables, drawn from the streams named by the layer. */
  build(shape: ConvShape, scale: number, init: InitName, streams: Streams): CompressibleLayer;
  /** How it replaces weight matrices; a method that knows convolutions alone has none, and builds no Transformer. */
  readonly matrices?: MatrixMethod;
}

export function initsOf({ inits }: LayerMethod): readonly InitName[] {
  return inits ?? ['default', 'spectral'];
}
