import type { ConvShape } from './blueprint.ts';
import type { MatrixShape } from './matrix-shape.ts';

/** What a network takes: the one form in which every network is given to the budget. */

/** Parameters and operations of a weight matrix as a method makes it, at a rank scale. */
export interface MatrixCounts {
  /** Parameters of the matrix; must not fall as the scale grows. */
  parameters(shape: MatrixShape, scale: number): number;
  /** Multiply-accumulate operations for one row, or for looking up one id. */
  macs(shape: MatrixShape, scale: number): number;
  /** Size of an attention head that has `size` in the dense network: attention keeps its form, with smaller heads. */
  headSize(size: number, scale: number): number;
}

/** Parameters and operations of the layers that a method replaces, at a rank scale. */
export interface LayerCounts {
  /** Parameters of a convolution; must not fall as the scale grows. */
  parameters(shape: ConvShape, scale: number): number;
  /** Multiply-accumulate operations of a convolution's forward pass for one example. */
  macs(shape: ConvShape, scale: number): number;
  /** The part of `macs` that composing a dense weight takes, spent once a batch; none where it does not say. */
  compositionMacs?(shape: ConvShape, scale: number): number;
  /** Of weight matrices; a method that knows convolutions alone has none. */
  readonly matrices?: MatrixCounts;
}

/** Multiply-accumulate operations of one example's forward pass. */
export interface Operations {
  macs: number;
  /** The part of them that composing dense weights takes, which a batch shares. */
  compositionMacs: number;
}

/** How a method counts, and its name for people. */
export interface NamedCounts extends LayerCounts {
  readonly name: string;
}

/** A weight that masks cover. */
export interface WeightShape {
  /** Name of its variable. */
  name: string;
  shape: readonly number[];
  size: number;
  /** Multiply-accumulates that one entry takes part in, for one example. */
  uses: number;
}

/** A network by its sizes. */
export interface Sized {
  readonly name: string;
  /**
   * Of the dense network: all trainable parameters, and of one example's forward pass the multiply-accumulates and the
   * values that layers with weights put out.
   */
  readonly dense: { parameters: number; macs: number; values: number };
  /** What masks cover in the dense network, in the order of its variables; biases and normalizations stay whole. */
  readonly weights: readonly WeightShape[];
  /**
   * All trainable parameters under a method at a rank scale.
   *
   * @throws UsageError where the method does not know the layers of the network
   */
  parameters(method: NamedCounts, scale: number): number;
  /** The same of operations. */
  operations(method: NamedCounts, scale: number): Operations;
  /** The dense network with a share of every inner width: see `narrowedBlueprint` and `narrowedTransformer`. */
  narrowed(scale: number): Sized;
}

/** Entries of all weights that masks cover. */
export function totalWeights({ weights }: Pick<Sized, 'weights'>): number {
  return weights.reduce((sum, { size }) => sum + size, 0);
}

/** Parameters that no mask covers: biases and normalizations. */
export function unmaskedParameters(network: Sized): number {
  return network.dense.parameters - totalWeights(network);
}

/** Multiply-accumulates of one example's forward pass with the kept entries only; `kept` a weight, in order. */
export function keptMacs({ dense, weights }: Sized, kept: readonly number[]): number {
  return weights.reduce((macs, { size, uses }, index) => macs - (size - kept[index]!) * uses, dense.macs);
}
