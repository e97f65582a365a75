import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { type NdArray, reshaped } from './nd-array.ts';
import { truncatedSvd } from './truncated-svd.ts';

/**
 * Tensor train (Oseledets 2011): W[i_1, ..., i_d] = G_1[i_1] ··· G_d[i_d], a product of matrices, with cores
 * G_k [r_{k−1}, d_k, r_k] and r_0 = r_d = 1.
 */

/** Shapes of the cores at the inner ranks r_1, ..., r_{d−1}. */
export function trainShapes(dims: readonly number[], ranks: readonly number[]): [number, number, number][] {
  return dims.map((size, k) => [ranks[k - 1] ?? 1, size, ranks[k] ?? 1]);
}

/**
 * TT-SVD: from left to right, the best approximation of the remaining unfolding [r_{k−1}·d_k, rest] at rank r_k. All
 * cores but the last are left-orthogonal. ‖W − TT‖² is at most the sum of the tails of the unfoldings.
 *
 * @throws RangeError where a rank is above its unfolding's
 */
export function tensorTrain(x: NdArray, ranks: readonly number[]): NdArray[] {
  let rest = x;
  const cores: NdArray[] = [];
  trainShapes(x.shape, ranks)
    .slice(0, -1)
    .forEach((shape) => {
      const rows = shape[0] * shape[1];
      const { left, right } = truncatedSvd(reshaped(rest, [rows, rest.data.length / rows]), shape[2]);
      cores.push(reshaped(left, shape));
      rest = right;
    });
  return [...cores, reshaped(rest, [rest.data.length / x.shape.at(-1)!, x.shape.at(-1)!, 1])];
}

/** The tensor [d_1, ..., d_d], multiplied from left to right. */
export function composeTrain(cores: readonly Tensor[]): Tensor {
  const dims = cores.map(({ shape }) => shape[1]!);
  const whole = cores.reduce((done, core) => {
    const [rank, size, next] = core.shape as [number, number, number];
    return matMul(tf.reshape(done, [done.size / rank, rank]), tf.reshape(core, [rank, size * next]));
  });
  return tf.reshape(whole, dims);
}

/** Multiply-accumulates of `composeTrain`. */
export function trainCompositionMacs(shapes: readonly (readonly number[])[]): number {
  let [rows, macs] = [shapes[0]![1]!, 0];
  for (const [rank, size, next] of shapes.slice(1) as [number, number, number][]) {
    macs += rows * rank * size * next;
    rows *= size;
  }
  return macs;
}

/**
 * Gradients of ½‖W‖²_F for the cores: ∇G_k[i] = L_{k−1}·G_k[i]·R_k with L_k = Σ_i G_k[i]ᵀ·L_{k−1}·G_k[i] and
 * R_{k−1} = Σ_i G_k[i]·R_k·G_k[i]ᵀ, in O(d·n·r³) without composing W.
 */
export function trainDecay(cores: readonly Tensor[]): Tensor[] {
  return tf.tidy(() => {
    const lefts = [tf.ones([1, 1])];
    for (const core of cores.slice(0, -1)) lefts.push(nextLeft(lefts.at(-1)!, core));
    const rights = [tf.ones([1, 1])];
    for (const core of cores.slice(1).reverse()) rights.unshift(nextRight(core, rights[0]!));
    return cores.map((core, k) => timesRight(timesLeft(lefts[k]!, core), rights[k]!));
  });
}

/** L·G[i] for each i. */
export function timesLeft(left: Tensor, core: Tensor): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  return tf.reshape(matMul(left, tf.reshape(core, [rank, size * next])), [rank, size, next]);
}

/** G[i]·R for each i. */
export function timesRight(core: Tensor, right: Tensor): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  return tf.reshape(matMul(tf.reshape(core, [rank * size, next]), right), [rank, size, next]);
}

/** Σ_i G[i]ᵀ·L·H[i]; H is G unless given. */
export function nextLeft(left: Tensor, core: Tensor, other = core): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  const rows = (of: Tensor) => tf.reshape(of, [rank * size, next]);
  return matMul(rows(core), rows(timesLeft(left, other)), { transposeA: true });
}

/** Σ_i G[i]·R·H[i]ᵀ; H is G unless given. */
export function nextRight(core: Tensor, right: Tensor, other = core): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  const columns = (of: Tensor) => tf.reshape(of, [rank, size * next]);
  return matMul(columns(timesRight(core, right)), columns(other), { transposeB: true });
}
