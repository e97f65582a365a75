import type { Tensor } from '../engine/tensorflow.ts';
import type { CompressibleWeight } from './layer.ts';

/** A weight matrix W [in, out] that a method builds. */
export interface MatrixLayer extends CompressibleWeight {
  /** x·W: [rows, in] to [rows, out]. */
  apply(x: Tensor): Tensor;
  /** The rows of W with the given numbers: [count], int32, to [count, out]. */
  lookup(ids: Tensor): Tensor;
}
