import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { gaussian, type Uniform } from '../random.ts';
import { product, rowGram, transposed } from './matrix.ts';
import { frobeniusNorm, type NdArray, ndArray, unfolded } from './nd-array.ts';
import { solvedRight } from './positive-solve.ts';
import { rootOf } from './root.ts';
import { truncatedSvd } from './truncated-svd.ts';

/** CP (Hitchcock 1927): W = Σ_r a_1r ∘ ··· ∘ a_dr, with factors A_k [d_k, R] whose columns the a_kr are. */

export interface Sweeping {
  maxSweeps: number;
  /** Converged once a sweep lowers ‖W − CP‖/‖W‖ by less than this. */
  tolerance: number;
}

/** For drawn weights: noise has no CP to find, so that sweeps end where they gain little. */
export const sweepingOfDraws: Sweeping = { maxSweeps: 30, tolerance: 5e-3 };

export interface CpOptions extends Sweeping {
  /** Draws the columns beyond a mode's size, which the higher-order SVD does not have. */
  uniform: Uniform;
}

export interface CpResult {
  /** A_1, ..., A_d: the columns of a term have equal norms, the d-th roots of the term's norm. */
  factors: NdArray[];
  /** ‖W − CP‖/‖W‖ */
  error: number;
  sweeps: number;
  /** False where `maxSweeps` came first, or the error rose. */
  converged: boolean;
}

/** For people: that a CP did not converge; nothing where it did. */
export function sweepingWarning({ converged, sweeps, error }: CpResult): { warning?: string } {
  if (converged) return {};
  const reached = `(relative error ${error.toFixed(3)})`;
  return { warning: `alternating least squares had not converged after ${sweeps} sweeps ${reached}` };
}

/**
 * Alternating least squares from the leading singular vectors of each unfolding (Kolda and Bader 2009, section 3.4): in
 * turn, A_k = X_(k)·K·(∏∘_{j≠k} A_jᵀA_j)⁻¹, K the Khatri-Rao product of the other factors. The error falls with every
 * sweep.
 *
 * @throws RangeError where the rank is below 1; any rank above is allowed, as CP ranks may pass the tensor's sizes
 */
export function cp(x: NdArray, rank: number, { uniform, maxSweeps, tolerance }: CpOptions): CpResult {
  if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`cp: rank ${rank}; it is 1 at least`);
  const norm = frobeniusNorm(x);
  if (norm === 0) {
    const factors = x.shape.map((size) => ndArray([size, rank], new Float64Array(size * rank)));
    return { factors, error: 0, sweeps: 0, converged: true };
  }
  const unfoldings = x.shape.map((_, mode) => unfolded(x, mode));
  const factors = unfoldings.map((unfolding) => startingFactor(unfolding, rank, uniform));
  let [error, sweeps]: [number, number] = [Number.POSITIVE_INFINITY, 0];
  let state: SweepState = 'going on';
  while (state === 'going on' && sweeps < maxSweeps) {
    let inner = 0;
    for (const [mode, unfolding] of unfoldings.entries()) {
      const others = factors.filter((_, k) => k !== mode);
      const projected = product(unfolding, khatriRao(others));
      factors[mode] = solvedRight(projected, gramProduct(others));
      inner = projected.data.reduce((sum, value, i) => sum + value * factors[mode]!.data[i]!, 0);
    }
    // ‖X − Y‖² = ‖X‖² − 2⟨X, Y⟩ + ‖Y‖²; the last projection gives ⟨X, Y⟩.
    const square = gramProduct(factors).data.reduce((sum, value) => sum + value, 0);
    const next = Math.sqrt(Math.max(0, norm ** 2 - 2 * inner + square)) / norm;
    sweeps++;
    state = stateAfter(error, next, tolerance);
    error = next;
  }
  return { factors: balanced(factors), error, sweeps, converged: state === 'converged' };
}

export type SweepState = 'going on' | 'converged' | 'rising';

/** Rounding of the squared error, which is a difference of numbers near 1. */
const rounding = 1e-10;

/**
 * Where sweeps are with the errors before and after one. Nothing in the least squares lets the error rise: where it
 * does by more than rounding, the normal equations are singular to rounding, and further sweeps are no use.
 */
export function stateAfter(error: number, next: number, tolerance: number): SweepState {
  if (next ** 2 - error ** 2 > rounding) return 'rising';
  return error - next < tolerance ? 'converged' : 'going on';
}

function startingFactor(unfolding: NdArray, rank: number, uniform: Uniform): NdArray {
  const [m, n] = unfolding.shape as [number, number];
  const known = Math.min(rank, m, n);
  const { left } = truncatedSvd(unfolding, known);
  const drawn = gaussian(m * (rank - known), 1 / Math.sqrt(m), uniform);
  const data = Float64Array.from({ length: m * rank }, (_, flat) => {
    const [i, r] = [Math.floor(flat / rank), flat % rank];
    return r < known ? left.data[i * known + r]! : drawn[i * (rank - known) + r - known]!;
  });
  return ndArray([m, rank], data);
}

/** Column r is a_1r ⊗ a_2r ⊗ ···, the last factor's index fastest. */
function khatriRao(factors: readonly NdArray[]): NdArray {
  return factors.reduce((done, factor) => {
    const [rows, size, rank] = [done.shape[0]!, factor.shape[0]!, factor.shape[1]!];
    const data = new Float64Array(rows * size * rank);
    let flat = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < size; j++) {
        for (let r = 0; r < rank; r++) data[flat++] = done.data[i * rank + r]! * factor.data[j * rank + r]!;
      }
    }
    return { shape: [rows * size, rank], data };
  });
}

/** ∏∘ A_kᵀA_k */
function gramProduct(factors: readonly NdArray[]): NdArray {
  return factors
    .map((factor) => rowGram(transposed(factor)))
    .reduce((all, gram) => ({ shape: all.shape, data: all.data.map((value, i) => value * gram.data[i]!) }));
}

function balanced(factors: readonly NdArray[]): NdArray[] {
  const norms = factors.map((factor) => rowNorms(transposed(factor)));
  const roots = norms[0]!.map((_, r) => norms.reduce((all, of) => all * rootOf(of[r]!, factors.length), 1));
  return factors.map(({ shape, data }, k) => ({
    shape,
    data: data.map((value, flat) => {
      const r = flat % shape[1]!;
      return norms[k]![r] === 0 ? 0 : (value * roots[r]!) / norms[k]![r]!;
    }),
  }));
}

function rowNorms({ shape, data }: NdArray): number[] {
  const length = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) =>
    frobeniusNorm({ shape: [length], data: data.subarray(i * length, (i + 1) * length) }),
  );
}

/** The tensor [d_1, ..., d_d]. */
export function composeCp([first, ...others]: readonly Tensor[]): Tensor {
  const rank = first!.shape[1]!;
  const columns = others.reduce((done, factor) => {
    const [rows, size] = [done.shape[0]!, factor.shape[0]!];
    const pairs = tf.mul(tf.reshape(done, [rows, 1, rank]), tf.reshape(factor, [1, size, rank]));
    return tf.reshape(pairs, [rows * size, rank]);
  });
  const dims = [first!, ...others].map(({ shape }) => shape[0]!);
  return tf.reshape(matMul(first!, columns, { transposeB: true }), dims);
}

/** Multiply-accumulates of `composeCp`. */
export function cpCompositionMacs(dims: readonly number[], rank: number): number {
  let [rows, macs] = [dims[1]!, 0];
  for (const size of dims.slice(2)) {
    rows *= size;
    macs += rows * rank;
  }
  return macs + dims[0]! * rows * rank;
}

/** Gradients of ½‖W‖²_F: ∇A_k = A_k·∏∘_{j≠k}(A_jᵀA_j), in O(d·n·R²) without composing W. */
export function cpDecay(factors: readonly Tensor[]): Tensor[] {
  return tf.tidy(() => {
    const grams = factors.map((factor) => matMul(factor, factor, { transposeA: true }));
    return factors.map((factor, k) => {
      const others = grams.filter((_, j) => j !== k);
      return matMul(
        factor,
        others.reduce((all, gram) => tf.mul(all, gram)),
      );
    });
  });
}
