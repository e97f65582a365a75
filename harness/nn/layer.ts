import type { Tensor } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';

/** New values of running statistics that a training pass computed: assigned after the gradients are taken. */
export type StatisticUpdates = [Variable, Tensor][];

/** How a pass runs. In training, layers add the new values of their running statistics to `updates`. */
export type Pass = { training: true; updates: StatisticUpdates } | { training: false };

/** A layer owns its variables and maps a batch to a batch. */
export interface Layer {
  readonly variables: readonly Variable[];
  apply(x: Tensor, pass: Pass): Tensor;
}

/** A layer that a method builds in place of a dense convolution. */
export interface CompressibleLayer extends Layer {
  /** The dense-equivalent weight as the matrix W of (out·k1) x (in·k2), for norms and spectra. */
  matrix(): Tensor;
  /**
   * Gradients of ½‖W‖²_F for the layer's factors, in the order of `variables`; null where the layer is not a product
   * of factors, so that Frobenius decay is plain weight decay.
   */
  frobeniusGradients(): Tensor[] | null;
}
