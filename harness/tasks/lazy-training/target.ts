import type { NdArray } from '../../tensor/nd-array.ts';

/**
 * What is learnt, as far as quadratic forms f(x) = ⟨x, Ax⟩ + c can learn it. With the offset at its best, the risk of A
 * depends on two things alone: the linear form ℓ(A) = Σₖ Dₖ Aₖₖ, and the inner product ⟨A, A'⟩_Q = Σₖₗ Mₖₗ Aₖₗ A'ₖₗ with
 * Mₖₗ = 1 + μₖμₗ. The matrix G = diag(Dₖ/Mₖₖ) stands for ℓ: ℓ(A) = ⟨G, A⟩_Q.
 */
export interface Target {
  /** D [d], that of B or Δ; nothing of it is negative. */
  readonly diagonal: Float64Array;
  /** μ [d] */
  readonly coupling: Float64Array;
  /** The risk of the best constant. */
  readonly constantRisk: number;
  /** The risk E(y − f(x))² of a symmetric A [d, d] with the offset c. */
  risk(a: NdArray, offset: number): number;
  /** The symmetric matrix ∂R/∂A [d, d] of the risk with the offset at its best, −Tr A. */
  riskGradient(a: NdArray): NdArray;
  /**
   * The least risk in a linear space of forms, over the constant's.
   *
   * @param captured the largest ℓ(A)²/⟨A, A⟩_Q there, which is ⟨P, P⟩_Q of G's projection P onto the space
   */
  leastRisk(captured: number): number;
  /** The least risk is that of this multiple of P. */
  bestScale(captured: number): number;
  /** One example: fills x [d], and gives y. */
  draw(x: Float32Array, uniform: () => number): number;
}

/** ⟨A, A'⟩_Q of two matrices [d, d]. */
export function innerProduct({ coupling }: Target, a: NdArray, other: NdArray): number {
  const d = coupling.length;
  let sum = 0;
  for (let k = 0; k < d; k++) {
    for (let l = 0; l < d; l++) {
      sum += (1 + coupling[k]! * coupling[l]!) * a.data[k * d + l]! * other.data[k * d + l]!;
    }
  }
  return sum;
}

/** The diagonal of G: Dₖ/Mₖₖ. */
export function representer({ diagonal, coupling }: Target): Float64Array {
  return diagonal.map((value, k) => value / (1 + coupling[k]! * coupling[k]!));
}

/** Tr A */
export function traceOf({ shape, data }: NdArray): number {
  const n = shape[0]!;
  let trace = 0;
  for (let k = 0; k < n; k++) trace += data[k * n + k]!;
  return trace;
}

/** ℓ(A) = Σₖ Dₖ Aₖₖ */
export function linearForm({ diagonal }: Pick<Target, 'diagonal'>, { data }: NdArray): number {
  return diagonal.reduce((sum, value, k) => sum + value * data[k * (diagonal.length + 1)]!, 0);
}
