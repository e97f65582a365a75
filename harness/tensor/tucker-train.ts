import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { product, transposed } from './matrix.ts';
import { type NdArray, ndArray, reshaped, unfolded } from './nd-array.ts';
import { composeTrain, nextLeft, nextRight, timesLeft, timesRight, trainCompositionMacs } from './tensor-train.ts';
import { truncatedSvd } from './truncated-svd.ts';
import { composeTucker, modeProduct, tucker, tuckerCompositionMacs } from './tucker.ts';

/**
 * Tucker of three modes whose core C [S_1, S_2, S_3] is kept as a tensor train, as the library of the paper's released
 * code does: cores G_1 [1, S_1, R_1], G_2 [R_1, S_2, R_2], G_3 [R_2, S_3, 1], then the factors A_k [d_k, S_k], with R_1
 * = min(d_1, S_2·S_3) and R_2 = S_3. It stands for the same tensors as Tucker, with more parameters.
 */
export function tuckerTrainShapes(dims: readonly number[], ranks: readonly number[]): number[][] {
  const [s1, s2, s3] = ranks as [number, number, number];
  const r1 = Math.min(dims[0]!, s2 * s3);
  return [[1, s1, r1], [r1, s2, s3], [s3, s3, 1], ...dims.map((size, k) => [size, ranks[k]!])];
}

/**
 * The sequentially truncated higher-order SVD, with its core as a train. R_1 above S_1 is used as the library uses it:
 * G_2 holds the rows of the tensor's first unfolding in the basis of its R_1 leading left singular vectors, of which
 * G_1 = [I 0] keeps S_1.
 *
 * @throws RangeError where a rank is above its unfolding's
 */
export function tuckerTrain(x: NdArray, ranks: readonly number[]): NdArray[] {
  const [core, ...factors] = tucker(x, ranks) as [NdArray, NdArray, NdArray, NdArray];
  const [first, second, third] = tuckerTrainShapes(x.shape, ranks) as [number[], number[], number[]];
  const [s1, r1] = [first[1]!, first[2]!];
  if (r1 < s1) {
    const { left, right } = truncatedSvd(unfolded(core, 0), r1);
    return [reshaped(left, first), reshaped(right, second), identity(third), ...factors];
  }
  const basis = truncatedSvd(unfolded(x, 0), r1).left;
  const inBasis = modeProduct(x, 0, transposed(basis));
  const projected = modeProduct(modeProduct(inBasis, 1, transposed(factors[1]!)), 2, transposed(factors[2]!));
  return [
    reshaped(product(transposed(factors[0]!), basis), first),
    reshaped(projected, second),
    identity(third),
    ...factors,
  ];
}

function identity(shape: readonly number[]): NdArray {
  const n = shape[0]!;
  return ndArray(
    shape,
    Float64Array.from({ length: n * n }, (_, flat) => (flat % (n + 1) === 0 ? 1 : 0)),
  );
}

/** The tensor [d_1, d_2, d_3]. */
export function composeTuckerTrain(parts: readonly Tensor[]): Tensor {
  return composeTucker([composeTrain(parts.slice(0, 3)), ...parts.slice(3)]);
}

/** Multiply-accumulates of `composeTuckerTrain`. */
export function tuckerTrainCompositionMacs(shapes: readonly (readonly number[])[]): number {
  const factors = shapes.slice(3);
  const [dims, ranks] = [factors.map(([size]) => size!), factors.map(([, rank]) => rank!)];
  return trainCompositionMacs(shapes.slice(0, 3)) + tuckerCompositionMacs(dims, ranks);
}

/**
 * Gradients of ½‖W‖²_F. With the Grams M_k = A_kᵀA_k and H_k[i] = Σ_j M_k[i, j]·G_k[j], the train's Grams become
 * L_k = Σ_i G_k[i]ᵀ·L_{k−1}·H_k[i] and R_{k−1} = Σ_i G_k[i]·R_k·H_k[i]ᵀ; then ∇G_k[i] = L_{k−1}·H_k[i]·R_k and
 * ∇A_k = A_k·N_k with N_k[i, j] = ⟨G_k[i], L_{k−1}·G_k[j]·R_k⟩. W is not composed.
 */
export function tuckerTrainDecay(parts: readonly Tensor[]): Tensor[] {
  return tf.tidy(() => {
    const [cores, factors] = [parts.slice(0, 3), parts.slice(3)];
    const mixed = cores.map((core, k) => slicesMixed(core, matMul(factors[k]!, factors[k]!, { transposeA: true })));
    const lefts = [tf.ones([1, 1])];
    for (const k of [0, 1]) lefts.push(nextLeft(lefts.at(-1)!, cores[k]!, mixed[k]!));
    const rights = [tf.ones([1, 1])];
    for (const k of [2, 1]) rights.unshift(nextRight(cores[k]!, rights[0]!, mixed[k]!));
    const forCores = mixed.map((core, k) => timesRight(timesLeft(lefts[k]!, core), rights[k]!));
    const forFactors = factors.map((factor, k) => {
      const between = timesRight(timesLeft(lefts[k]!, cores[k]!), rights[k]!);
      return matMul(factor, matMul(slices(cores[k]!), slices(between), { transposeB: true }));
    });
    return [...forCores, ...forFactors];
  });
}

/** G [a, i, b] as the matrix [i, a·b]. */
function slices(core: Tensor): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  return tf.reshape(tf.transpose(core, [1, 0, 2]), [size, rank * next]);
}

/** Σ_j M[i, j]·G[j] */
function slicesMixed(core: Tensor, gram: Tensor): Tensor {
  const [rank, size, next] = core.shape as [number, number, number];
  return tf.transpose(tf.reshape(matMul(gram, slices(core)), [size, rank, next]), [1, 0, 2]);
}
