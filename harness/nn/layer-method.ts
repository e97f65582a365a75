import type { Streams } from '../random.ts';
import type { ConvShape } from '../shape/blueprint.ts';
import type { LayerCounts } from '../shape/sized.ts';
import type { InitName } from '../spec/words.ts';
import type { BalancedFactors, Factorization } from '../tensor/balanced-factors.ts';
import type { CompressibleLayer } from './layer.ts';
import type { MatrixMethod } from './matrix-method.ts';

/** How a method replaces one dense layer. `scale` is the network's one rank scale s (paper, section 4). */
export interface LayerMethod extends LayerCounts {
  readonly kind: 'layer';
  readonly name: string;
  /** Where it was published, or what it is a control of; methods of the registry say. */
  readonly source?: string | undefined;
  /** What it computes, in a sentence with the formula; methods of the registry say. */
  readonly definition?: string | undefined;
  /** False for a method that leaves layers dense: its budget is always 1. */
  readonly compresses: boolean;
  /** The initializations that it knows; where it does not say, `default` and `spectral`. */
  readonly inits?: readonly InitName[];
  /** The largest rank scale; 1 where it does not say. */
  readonly largestScale?: number;
  /**
   * The factorization that `build` starts from, where it starts from one that can be computed before. Left out: it
   * never does.
   */
  factorization?(shape: ConvShape, scale: number, init: InitName, streams: Streams): Factorization | null;
  /**
   * Makes the convolution with its variables, drawn from the streams named by the layer.
   *
   * @param factors what `factorization` comes to, where it has been computed; the layer is the same without
   */
  build(
    shape: ConvShape,
    scale: number,
    init: InitName,
    streams: Streams,
    factors?: BalancedFactors,
  ): CompressibleLayer;
  /** How it replaces weight matrices; a method that knows convolutions alone has none, and builds no Transformer. */
  readonly matrices?: MatrixMethod;
}

/** The initializations that a method knows. */
export function initsOf({ inits }: LayerMethod): readonly InitName[] {
  return inits ?? ['default', 'spectral'];
}
