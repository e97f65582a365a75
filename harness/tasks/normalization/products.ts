import { type Tensor, type Tensor2D, tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import { uMatrixOf, vMatrixOf } from '../../methods/low-rank.ts';
import type { Model } from '../../nn/model.ts';
import { productNorm } from '../../tensor/low-rank.ts';
import { type NdArray, ndArray } from '../../tensor/nd-array.ts';

/** The products UVᵀ of a network's factorized layers: their norms, and how these are set. */

/** A factorized layer. */
export interface Product {
  /** The layer's name. */
  readonly name: string;
  /** [k1, 1, r, out] */
  readonly u: Variable;
  /** [1, k2, in, r] */
  readonly v: Variable;
}

/** The products of a network, in the order of its layers; none where nothing is factorized. */
export function productsOf({ compressed }: Pick<Model, 'compressed'>): Product[] {
  return compressed.flatMap(({ variables }) => {
    const [u, v] = variables.filter(({ role }) => role === 'factor');
    return u === undefined || v === undefined ? [] : [{ name: u.name.replace(/\.u$/, ''), u, v }];
  });
}

/** ‖UVᵀ‖_F, in float64. */
export function normOfProduct({ u, v }: Product): number {
  return tf.tidy(() => productNorm(rowsOf(uMatrixOf(u.value)), rowsOf(vMatrixOf(v.value))));
}

function rowsOf(matrix: Tensor2D): NdArray {
  return ndArray(matrix.shape, matrix.dataSync());
}

/**
 * Gives a product the norm `target`: U and V times √(target/‖UVᵀ‖_F), so that the balance ‖U‖_F/‖V‖_F stays (Khodak et
 * al. 2021, the normalization experiment). The product becomes (target/‖UVᵀ‖_F)·UVᵀ. The optimizer's momentum stays as
 * it is. A product of zero has no direction to be scaled in: it becomes no number, and the training diverges.
 */
export function scaleProduct(product: Product, target: number): void {
  const factor = Math.sqrt(target / normOfProduct(product));
  for (const variable of [product.u, product.v]) variable.assign(scaled(variable, factor));
}

/** The values times a number, computed in float64 and rounded once: the same on every processor. */
function scaled({ value }: Variable, factor: number): Tensor {
  const entries = value.dataSync() as Float32Array;
  return tf.tensor(
    entries.map((entry) => entry * factor),
    value.shape,
  );
}
