import type { RegimeName } from '../../spec/lazy-training.ts';
import { cholesky } from '../../tensor/cholesky.ts';
import { columnGram, product, rowGram, transposed } from '../../tensor/matrix.ts';
import { type NdArray, normOf, scaled } from '../../tensor/nd-array.ts';
import { solvedWith } from '../../tensor/positive-solve.ts';
import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { representer, type Target } from './target.ts';

/**
 * The least risk that a regime can have with its features W and the target, and where it has it. All of it follows from
 * the projection of G onto the forms that the regime has, in the inner product ⟨·,·⟩_Q, by sums, products, quotients and
 * roots in float64 in a fixed order: the same on every processor.
 */
export interface Optimum {
  /** θ of the regime that has the least risk. */
  theta: NdArray;
  /** ⟨P, P⟩_Q of the projection P. */
  captured: number;
}

/** The optimum of a regime. */
export function optimumOf(regime: RegimeName, features: NdArray, target: Target): Optimum {
  switch (regime) {
    case 'random-features':
      return ofRandomFeatures(features, target);
    case 'neural-tangent':
      return ofNeuralTangent(features, target);
    case 'neural-network':
      return ofNeuralNetwork(features.shape[0]!, target);
  }
}

/**
 * vᵀK⁻¹v with Kᵢⱼ = ⟨wᵢwᵢᵀ, wⱼwⱼᵀ⟩_Q = ⟨wᵢ, wⱼ⟩² + ⟨wᵢ, diag(μ)wⱼ⟩² and vᵢ = ℓ(wᵢwᵢᵀ) = Σₖ Dₖwᵢₖ². Without coupling
 * (μ = 0) the risk is 1 − vᵀK⁻¹v/‖B‖²_F.
 *
 * @throws Error where features are dependent
 */
function ofRandomFeatures(w: NdArray, target: Target): Optimum {
  const [width, d] = [w.shape[0]!, w.shape[1]!];
  const coupled = { shape: w.shape, data: w.data.map((value, flat) => value * target.coupling[flat % d]!) };
  const [plain, through] = [rowGram(w).data, product(w, transposed(coupled)).data];
  const kernel = plain.map((value, at) => value * value + through[at]! * through[at]!);
  const v = Float64Array.from({ length: width }, (_, i) =>
    target.diagonal.reduce((sum, value, k) => sum + value * w.data[i * d + k]! * w.data[i * d + k]!, 0),
  );
  const lower = cholesky({ shape: [width, width], data: kernel });
  const coefficients = solvedWith({ shape: [1, width], data: v }, lower).data;
  const captured = v.reduce((sum, value, i) => sum + value * coefficients[i]!, 0);
  return { theta: scaled({ shape: [width], data: coefficients }, target.bestScale(captured)), captured };
}

/**
 * The forms Σ (bᵢwᵢᵀ + wᵢbᵢᵀ)/2 are the A of which nothing lies off the span of the features: UAUᵀ = 0 for an orthonormal
 * basis U [d − N, d] of the rest. So P = G − C, with Mₖₗ·Cₖₗ = (UᵀSU)ₖₗ for the S that makes UPUᵀ vanish, and
 * ⟨P, P⟩_Q = ⟨G, G⟩_Q − ⟨UGUᵀ, S⟩. Without coupling S = UBUᵀ, and the risk is ‖P⊥BP⊥‖²_F/‖B‖²_F.
 */
function ofNeuralTangent(w: NdArray, target: Target): Optimum {
  const d = w.shape[1]!;
  const g = diagonalMatrix(representer(target));
  const u = complementOf(w);
  const all = entireNorm(target);
  if (u === null) return { theta: tangentOf(scaled(g, target.bestScale(all)), w), captured: all };
  const within = compressed(u, g);
  const outside = offSpan(u, within, target);
  const captured = all - dot(within.data, outside.s.data);
  const data = g.data.map((value, at) => value - outside.c.data[at]!);
  return { theta: tangentOf(scaled({ shape: [d, d], data }, target.bestScale(captured)), w), captured };
}

/**
 * The N largest Dₖ²/Mₖₖ: without coupling Eckart and Young's best approximation of B of rank N. With it (of a mixture) no
 * form of rank N does better where all δₖ ≤ 1/√3 and max δ·‖δ‖ ≤ 1. For A = Σⱼ αⱼuⱼuⱼᵀ with orthonormal uⱼ and
 * Hⱼₗ = uⱼᵀΔuₗ, ⟨A, A⟩_Q = αᵀ(I + H∘H)α. At its best α is (I + H∘H)⁻¹h, h the diagonal of H, or
 * αⱼ = uⱼᵀ(Δ − ΔAΔ)uⱼ ≥ 0, since Δ^½AΔ^½ ≤ max δ·‖h‖ ≤ 1. So αᵀ(H∘H)α ≥ Σ αⱼ²hⱼ², and what is captured is at most
 * Σ hⱼ²/(1 + hⱼ²), a convex and increasing function there, whose sum over hⱼ is largest at the largest eigenvalues (Schur,
 * Horn, Cauchy).
 */
function ofNeuralNetwork(width: number, target: Target): Optimum {
  const d = target.diagonal.length;
  const g = representer(target);
  const gain = g.map((value, k) => value * target.diagonal[k]!);
  const kept = Array.from(gain, (_, k) => k)
    .sort((a, b) => gain[b]! - gain[a]!)
    .slice(0, width);
  const captured = kept.reduce((sum, k) => sum + gain[k]!, 0);
  const theta = { shape: [width, d], data: new Float64Array(width * d) };
  const scale = target.bestScale(captured);
  kept.forEach((k, row) => {
    theta.data[row * d + k] = Math.sqrt(scale * g[k]!);
  });
  return { theta, captured };
}

/** The mean of ‖P⊥BP⊥‖²_F/‖B‖²_F over random directions of the features' span, of dimension N. */
export function meanTangentRisk(width: number, { diagonal }: Pick<Target, 'diagonal'>): number {
  const d = diagonal.length;
  const m = Math.max(0, d - width);
  // Second moments of the entries of a uniformly random projection of rank m, over all entries and over the diagonal.
  const b = (m * (d - m)) / (d * (d - 1) * (d + 2));
  const a = m / d - (d + 1) * b;
  const trace = diagonal.reduce((sum, value) => sum + value, 0);
  return a + b + (b * trace * trace) / dot(diagonal, diagonal);
}

/** ⟨G, G⟩_Q = Σ Dₖ²/Mₖₖ: what is captured where a regime has all forms. */
export function entireNorm(target: Target): number {
  return dot(representer(target), target.diagonal);
}

/**
 * b with sym(Wᵀb) = A − P⊥AP⊥: b = 2HA − (HAWᵀ)H with the dual basis H of the rows of W, WᵀH = P.
 */
function tangentOf(a: NdArray, w: NdArray): NdArray {
  const h = dualOf(w);
  const image = product(h, a);
  const inner = product(product(image, transposed(w)), h);
  return { shape: w.shape, data: image.data.map((value, at) => 2 * value - inner.data[at]!) };
}

/** H [N, d] of the rows of W: (WWᵀ)⁻¹W, or W(WᵀW)⁻¹ where there are more of them than dimensions. */
function dualOf(w: NdArray): NdArray {
  const [width, d] = [w.shape[0]!, w.shape[1]!];
  if (width >= d) return solvedWith(w, cholesky(columnGram(w)));
  return transposed(solvedWith(transposed(w), cholesky(rowGram(w))));
}

/** An orthonormal basis [d − N, d] of what is orthogonal to the rows of W; null: nothing is. */
function complementOf(w: NdArray): NdArray | null {
  const [width, d] = [w.shape[0]!, w.shape[1]!];
  if (width >= d) return null;
  const { vectors } = symmetricEigen(columnGram(w), d);
  return { shape: [d - width, d], data: vectors.data.subarray(width * d) };
}

/** Conjugate gradients halve the residual 4 times a step: M is between 1 and 1.25. */
const mostSteps = 60;
const solved = 1e-15;

/**
 * S [m, m] and C [d, d] with Mₖₗ·Cₖₗ = (UᵀSU)ₖₗ and UCUᵀ = `within`, by conjugate gradients; without coupling S is
 * `within` itself.
 *
 * @throws Error where they do not converge
 */
function offSpan(u: NdArray, within: NdArray, target: Target): { s: NdArray; c: NdArray } {
  const d = u.shape[1]!;
  const spread = (s: NdArray): NdArray => {
    const { shape, data } = product(transposed(u), product(s, u));
    const { coupling } = target;
    return { shape, data: data.map((value, at) => value / (1 + coupling[Math.floor(at / d)]! * coupling[at % d]!)) };
  };
  const s = Float64Array.from(within.data);
  const started = compressed(u, spread(within)).data;
  const residual = within.data.map((value, at) => value - started[at]!);
  let direction = Float64Array.from(residual);
  let square = dot(residual, residual);
  for (let step = 0; Math.sqrt(square) > solved * normOf(within.data); step++) {
    if (step === mostSteps)
      throw new Error(`offSpan: no solution in ${mostSteps} steps; the mixture's δ are too large`);
    const image = compressed(u, spread({ shape: within.shape, data: direction })).data;
    const length = square / dot(direction, image);
    for (let i = 0; i < s.length; i++) {
      s[i]! += length * direction[i]!;
      residual[i]! -= length * image[i]!;
    }
    const next = dot(residual, residual);
    direction = direction.map((value, i) => residual[i]! + (next / square) * value);
    square = next;
  }
  const found = { shape: within.shape, data: s };
  return { s: found, c: spread(found) };
}

/** UAUᵀ */
function compressed(u: NdArray, a: NdArray): NdArray {
  return product(product(u, a), transposed(u));
}

function diagonalMatrix(values: Float64Array): NdArray {
  const d = values.length;
  const data = new Float64Array(d * d);
  values.forEach((value, k) => {
    data[k * (d + 1)] = value;
  });
  return { shape: [d, d], data };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
