import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { product, transposed } from './matrix.ts';
import { folded, type NdArray, unfolded } from './nd-array.ts';
import { truncatedSvd } from './truncated-svd.ts';

/**
 * Tucker (Tucker 1966): W = C ×_1 A_1 ··· ×_d A_d with a core C [S_1, ..., S_d] and factors A_k [d_k, S_k], in the
 * order C, A_1, ..., A_d.
 */

/**
 * Sequentially truncated higher-order SVD (Vannieuwenhoven et al. 2012): mode after mode, the leading left singular
 * vectors of what is left of the tensor. ‖W − Tucker‖² is at most the sum of the tails of the unfoldings. Then `sweeps`
 * sweeps of higher-order orthogonal iteration (De Lathauwer et al. 2000), none of which makes it worse.
 *
 * @throws RangeError where a rank is above its unfolding's
 */
export function tucker(x: NdArray, ranks: readonly number[], sweeps = 0): NdArray[] {
  let core = x;
  let factors = ranks.map((rank, mode) => {
    const { left, right } = truncatedSvd(unfolded(core, mode), rank);
    core = folded(right, mode, withSize(core.shape, mode, rank));
    return left;
  });
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [mode, rank] of ranks.entries()) {
      const projected = projectedOnto(x, factors, mode);
      const { left, right } = truncatedSvd(unfolded(projected, mode), rank);
      factors = factors.map((factor, k) => (k === mode ? left : factor));
      core = folded(right, mode, withSize(projected.shape, mode, rank));
    }
  }
  return [core, ...factors];
}

/** X ×_k A_kᵀ for every mode k but one. */
function projectedOnto(x: NdArray, factors: readonly NdArray[], except: number): NdArray {
  return factors.reduce((y, factor, mode) => (mode === except ? y : modeProduct(y, mode, transposed(factor))), x);
}

/** X ×_k M: M·X_(k), folded back. */
export function modeProduct(x: NdArray, mode: number, matrix: NdArray): NdArray {
  return folded(product(matrix, unfolded(x, mode)), mode, withSize(x.shape, mode, matrix.shape[0]!));
}

function withSize(shape: readonly number[], mode: number, size: number): number[] {
  return shape.map((length, axis) => (axis === mode ? size : length));
}

/** The tensor [d_1, ..., d_d]. */
export function composeTucker([core, ...factors]: readonly Tensor[]): Tensor {
  // Each product takes the first mode and leaves it last: after d of them the modes are in their order.
  return factors.reduce((x, factor) => timesFirstMode(x, factor), core!);
}

/** Multiply-accumulates of `composeTucker`. */
export function tuckerCompositionMacs(dims: readonly number[], ranks: readonly number[]): number {
  let [size, macs] = [ranks.reduce((a, b) => a * b, 1), 0];
  dims.forEach((length, k) => {
    macs += size * length;
    size = (size / ranks[k]!) * length;
  });
  return macs;
}

/** Σ_s X[s, ...]·M[i, s] with the new mode last: [S_1, S_2, ..., S_d] to [S_2, ..., S_d, i]. */
function timesFirstMode(x: Tensor, matrix: Tensor): Tensor {
  const [first, ...others] = x.shape as number[];
  const flat = tf.reshape(x, [first!, x.size / first!]);
  return tf.reshape(matMul(flat, matrix, { transposeA: true, transposeB: true }), [...others, matrix.shape[0]!]);
}

/**
 * Gradients of ½‖W‖²_F: with the Grams M_k = A_kᵀA_k, ∇C = C ×_k M_k over all k and
 * ∇A_k = A_k·[(C ×_{j≠k} M_j)_(k)·C_(k)ᵀ], without composing W.
 */
export function tuckerDecay([core, ...factors]: readonly Tensor[]): Tensor[] {
  return tf.tidy(() => {
    const grams = factors.map((factor) => matMul(factor, factor, { transposeA: true }));
    const forFactor = factors.map((factor, k) => {
      // All modes are multiplied in turn, so that their order comes back; mode k with the identity.
      const others = grams.map((gram, j) => (j === k ? tf.eye(gram.shape[0]!) : gram));
      const rest = composeTucker([core!, ...others]);
      return matMul(factor, matMul(unfoldedTensor(rest, k), unfoldedTensor(core!, k), { transposeB: true }));
    });
    return [composeTucker([core!, ...grams]), ...forFactor];
  });
}

function unfoldedTensor(x: Tensor, mode: number): Tensor {
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== mode);
  return tf.reshape(tf.transpose(x, [mode, ...others]), [x.shape[mode]!, x.size / x.shape[mode]!]);
}
