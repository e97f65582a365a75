import type { ChannelMap } from '../engine/ops/conv2d.ts';
import type { Tensor } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { ConvShape, LinearShape } from '../shape/blueprint.ts';

/** New values of running statistics that a training pass computed: assigned after the gradients are taken. */
export type StatisticUpdates = [Variable, Tensor][];

/**
 * Looks at a convolution or linear layer as it is applied.
 *
 * @returns what goes on in place of the layer's output
 */
export type Observer = (layer: ConvShape | LinearShape, input: Tensor, output: Tensor) => Tensor;

/**
 * How a pass runs. In training, layers add the new values of their running statistics to `updates`. In evaluation,
 * `observe` sees every convolution and linear layer of a network that a blueprint describes.
 */
export type Pass = { training: true; updates: StatisticUpdates } | { training: false; observe?: Observer };

/** A layer owns its variables and maps a batch to a batch. */
export interface Layer {
  readonly variables: readonly Variable[];
  apply(x: Tensor, pass: Pass): Tensor;
  /** `apply` in evaluation with a map of the output's channels after it, for layers that get it almost for nothing. */
  applyMapped?(x: Tensor, map: ChannelMap): Tensor;
}

/** A layer that in evaluation is a map of channels. */
export interface ChannelMapLayer extends Layer {
  channelMap(): ChannelMap;
}

/** A weight, possibly a product of factors, that Frobenius decay and the norms see as one matrix W. */
export interface CompressibleWeight {
  readonly variables: readonly Variable[];
  /** The dense-equivalent weight as a matrix W, or a batch of them [..., m, n], for norms and spectra. */
  matrix(): Tensor;
  /**
   * Gradients of Frobenius decay's ½‖W‖²_F for the factors, in the order of `variables`, which begin with them;
   * variables beyond decay by themselves. Null where W is not a product of factors, so that Frobenius decay is plain
   * weight decay.
   */
  frobeniusGradients(): Tensor[] | null;
}

/** A layer that a method builds in place of a dense convolution: W is the (out·k1) x (in·k2) matrix. */
export interface CompressibleLayer extends Layer, CompressibleWeight {
  /** What building it could not do as asked, a sentence each that names the layer; the record keeps them. */
  readonly warnings?: readonly string[];
}
