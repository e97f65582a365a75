import type { LinearWeight } from '../engine/ops/linear-cross-entropy.ts';
import type { Tensor } from '../engine/tensorflow.ts';
import type { CompressibleWeight } from './layer.ts';

/** A weight matrix W [in, out] that a method builds. */
export interface MatrixLayer extends CompressibleWeight {
  /** x·W: [rows, in] to [rows, out]. */
  apply(x: Tensor): Tensor;
  /**
   * x·W as the product of something with the last weight alone: what a loss needs that is computed with that product.
   */
  lastProduct(x: Tensor): { input: Tensor; weight: LinearWeight };
  /**
   * x·Wᵀ of rows x [rows, out], in the same form: what an output that shares a table of tokens needs (Press and Wolf
   * 2017).
   */
  tiedProduct(x: Tensor): { input: Tensor; weight: LinearWeight };
  /** The rows of W with the given numbers: [count], int32, to [count, out]. */
  lookup(ids: Tensor): Tensor;
}
