import type { ConvShape } from '../nn/blueprint.ts';
import type { CompressibleLayer } from '../nn/layer.ts';
import type { Streams } from '../random.ts';
import type { SparseMethod } from '../sparse/sparse-method.ts';
import type { InitName } from '../spec.ts';

/** How a network comes to its budget: by other layers, or by masks over the dense ones. */
export type Method = LayerMethod | SparseMethod;

/** How a method replaces one dense convolution. `scale` is the network's one rank scale s (paper, section 4). */
export interface LayerMethod {
  readonly kind: 'layer';
  readonly name: string;
  /** False for a method that leaves layers dense: its budget is always 1. */
  readonly compresses: boolean;
  /** Parameters of the layer at a rank scale; must not fall as the scale grows. */
  parameters(shape: ConvShape, scale: number): number;
  /** Multiply-accumulate operations of the layer's forward pass for one example. */
  macs(shape: ConvShape, scale: number): number;
  /** Makes the layer with its variables, drawn from the streams named by the layer. */
  build(shape: ConvShape, scale: number, init: InitName, streams: Streams): CompressibleLayer;
}
