import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { type NdArray, permuted, reshaped } from './nd-array.ts';
import { tensorTrain } from './tensor-train.ts';
import { truncatedSvd } from './truncated-svd.ts';

/**
 * Tensor ring (Zhao et al. 2016): W[i_1, ..., i_d] = tr(G_1[i_1] ··· G_d[i_d]) with cores G_k [r_{k−1}, d_k, r_k] and
 * r_0 = r_d.
 */

/** Shapes of the cores at the ranks r_0, ..., r_{d−1}. */
export function ringShapes(dims: readonly number[], ranks: readonly number[]): [number, number, number][] {
  return dims.map((size, k) => [ranks[k]!, size, ranks[(k + 1) % dims.length]!]);
}

/**
 * Ring SVD (Zhao et al. 2016, algorithm 1): the first unfolding at rank r_0·r_1, split into r_0 and r_1; the rest is
 * the tensor train of [r_1·d_2, d_3, ..., d_d·r_0]. It depends on the signs of the singular vectors, which are fixed.
 *
 * @throws RangeError where r_0·r_1 or a later rank is above its unfolding's
 */
export function tensorRing(x: NdArray, ranks: readonly number[]): NdArray[] {
  const dims = x.shape;
  const shapes = ringShapes(dims, ranks);
  const [r0, d1, r1] = shapes[0]!;
  const { left, right } = truncatedSvd(reshaped(x, [d1, x.data.length / d1]), r0 * r1);
  const first = permuted(reshaped(left, [d1, r0, r1]), [1, 0, 2]);
  const inner = dims.slice(1);
  const axes = inner.map((_, k) => k + 2);
  const moved = permuted(reshaped(right, [r0, r1, ...inner]), [1, ...axes, 0]);
  const merged = [r1 * inner[0]!, ...inner.slice(1)];
  merged[merged.length - 1]! *= r0;
  const cores = tensorTrain(reshaped(moved, merged), ranks.slice(2));
  return [first, ...cores.map((core, k) => reshaped(core, shapes[k + 1]!))];
}

/** The tensor [d_1, ..., d_d]. */
export function composeRing(cores: readonly Tensor[]): Tensor {
  const dims = cores.map(({ shape }) => shape[1]!);
  const [first, ...later] = cores;
  const [r0, d1, r1] = first!.shape as [number, number, number];
  if (later.length === 0) throw new RangeError('composeRing: a ring has two cores at least');
  let done = tf.reshape(first!, [r0 * d1, r1]);
  for (const core of later.slice(0, -1)) {
    const [rank, size, next] = core.shape as [number, number, number];
    done = tf.reshape(matMul(done, tf.reshape(core, [rank, size * next])), [(done.size / rank) * size, next]);
  }
  const [rank, size] = later.at(-1)!.shape as [number, number, number];
  const rows = done.size / (r0 * rank);
  // The trace: r_0 and r_{d−1} are summed together.
  const left = tf.reshape(tf.transpose(tf.reshape(done, [r0, rows, rank]), [1, 0, 2]), [rows, r0 * rank]);
  const right = tf.reshape(tf.transpose(later.at(-1)!, [2, 0, 1]), [r0 * rank, size]);
  return tf.reshape(matMul(left, right), dims);
}

/** Multiply-accumulates of `composeRing`. */
export function ringCompositionMacs(shapes: readonly (readonly number[])[]): number {
  let [rows, macs] = [shapes[0]![0]! * shapes[0]![1]!, 0];
  // The last core sums over r_0 too, and leaves no r_0 behind: the same number of operations.
  for (const [rank, size, next] of shapes.slice(1, -1) as [number, number, number][]) {
    macs += rows * rank * size * next;
    rows *= size;
  }
  return macs + rows * shapes.at(-1)![0]! * shapes.at(-1)![1]!;
}

/**
 * Gradients of ½‖W‖²_F: with the transfer matrices T_k = Σ_i G_k[i] ⊗ G_k[i] [r²_{k−1}, r²_k], ‖W‖² = tr(T_1 ··· T_d),
 * and ∇G_k[i] is G_k[i] contracted with T_{k+1} ··· T_d·T_1 ··· T_{k−1}, without composing W.
 */
export function ringDecay(cores: readonly Tensor[]): Tensor[] {
  return tf.tidy(() => {
    const transfers = cores.map(transferOf);
    return cores.map((core, k) => {
      const [rank, size, next] = core.shape as [number, number, number];
      const others = [...transfers.slice(k + 1), ...transfers.slice(0, k)].reduce((all, one) => matMul(all, one));
      // [b, b', a, a'] to [a, b, a', b'].
      const cyclic = tf.transpose(tf.reshape(others, [next, next, rank, rank]), [2, 0, 3, 1]);
      const mixed = matMul(tf.reshape(cyclic, [rank * next, rank * next]), pairsBySlices(core));
      return tf.transpose(tf.reshape(mixed, [rank, next, size]), [0, 2, 1]);
    });
  });
}

/** G [a, i, b] as the matrix [a·b, i]. */
function pairsBySlices(core: Tensor): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  return tf.reshape(tf.transpose(core, [0, 2, 1]), [rank * next, size]);
}

function transferOf(core: Tensor): Tensor {
  const [rank, , next] = core.shape as [number, number, number];
  const slices = pairsBySlices(core);
  const pairs = tf.reshape(matMul(slices, slices, { transposeB: true }), [rank, next, rank, next]);
  return tf.reshape(tf.transpose(pairs, [0, 2, 1, 3]), [rank * rank, next * next]);
}
