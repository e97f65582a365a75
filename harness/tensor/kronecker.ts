import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { type NdArray, normOf, permuted, reshaped } from './nd-array.ts';
import { truncatedSvd } from './truncated-svd.ts';

/**
 * Sum of Kronecker products: W = Σ_s A_s ⊗ B_s, with A [R, o_1, i_1] and B [R, o_2, i_2] for W [o_1·o_2, i_1·i_2].
 */

/** Heights and widths of A's and B's terms. */
export interface KroneckerSizes {
  a: readonly [number, number];
  b: readonly [number, number];
}

/**
 * The nearest sum of R Kronecker products (Van Loan and Pitsianis 1993): the best approximation at rank R of W
 * rearranged to rows vec(A) and columns vec(B), with √σ on each side.
 *
 * @throws RangeError where R is above the rearranged matrix's rank
 */
export function kroneckerSum(w: NdArray, { a, b }: KroneckerSizes, terms: number): NdArray[] {
  const blocks = permuted(reshaped(w, [a[0], b[0], a[1], b[1]]), [0, 2, 1, 3]);
  const [rows, columns] = [a[0] * a[1], b[0] * b[1]];
  const { left, right } = truncatedSvd(reshaped(blocks, [rows, columns]), terms);
  const roots = Array.from({ length: terms }, (_, s) =>
    Math.sqrt(normOf(right.data.subarray(s * columns, (s + 1) * columns))),
  );
  const forA = Float64Array.from({ length: terms * rows }, (_, flat) => {
    const [s, row] = [Math.floor(flat / rows), flat % rows];
    return left.data[row * terms + s]! * roots[s]!;
  });
  const forB = right.data.map((value, flat) => {
    const root = roots[Math.floor(flat / columns)]!;
    return root === 0 ? 0 : value / root;
  });
  return [
    { shape: [terms, ...a], data: forA },
    { shape: [terms, ...b], data: forB },
  ];
}

/** The matrix W [o_1·o_2, i_1·i_2]. */
export function composeKronecker([a, b]: readonly Tensor[]): Tensor {
  const [, o1, i1] = a!.shape as [number, number, number];
  const [, o2, i2] = b!.shape as [number, number, number];
  const blocks = matMul(terms(a!), terms(b!), { transposeA: true });
  return tf.reshape(tf.transpose(tf.reshape(blocks, [o1, i1, o2, i2]), [0, 2, 1, 3]), [o1 * o2, i1 * i2]);
}

/** Gradients of ½‖W‖²_F: ∇A_s = Σ_t ⟨B_s, B_t⟩·A_t, and the same for B with A. */
export function kroneckerDecay([a, b]: readonly Tensor[]): Tensor[] {
  const gram = (x: Tensor) => matMul(terms(x), terms(x), { transposeB: true });
  const mixed = (x: Tensor, by: Tensor) => tf.reshape(matMul(gram(by), terms(x)), x.shape);
  return tf.tidy(() => [mixed(a!, b!), mixed(b!, a!)]);
}

function terms(x: Tensor): Tensor {
  return tf.reshape(x, [x.shape[0]!, x.size / x.shape[0]!]);
}
