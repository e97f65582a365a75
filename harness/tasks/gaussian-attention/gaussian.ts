/**
 * Gaussians with diagonal covariances in float64, by their definitions: what the engine's attention is held against.
 *
 * A relation r moves a vector by δ_r and spreads it by Σ_r. A path adds both; a conjunction adds scores.
 */

/** N(μ, diag(σ²)) */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** s(v; μ, Σ) = −½(v − μ)ᵀΣ⁻¹(v − μ), without the determinant (Zhang, Winn and Tomioka 2016). */
export function scoreOf(v: Float64Array, { mean, variance }: Gaussian): number {
  return -0.5 * v.reduce((sum, value, i) => sum + (value - mean[i]!) ** 2 / variance[i]!, 0);
}

/** Of a path from v: μ = v + Σδ_r, Σ = ΣΣ_r. */
export function alongPath(v: Float64Array, relations: readonly Gaussian[]): Gaussian {
  const sum = (of: (relation: Gaussian) => Float64Array, start: Float64Array) =>
    relations.reduce((total, relation) => total.map((value, i) => value + of(relation)[i]!), start);
  return { mean: sum(({ mean }) => mean, v), variance: sum(({ variance }) => variance, new Float64Array(v.length)) };
}

/**
 * The most that the scores of two relations one after the other add up to over all vectors z between them,
 * max_z s(z; a + δ₁, Σ₁) + s(v; z + δ₂, Σ₂), where z = (Λ₁ + Λ₂)⁻¹(Λ₁(a + δ₁) + Λ₂(v − δ₂)). It is the score of the
 * path, s(v; a + δ₁ + δ₂, Σ₁ + Σ₂): covariances add.
 */
export function scoreByWay(a: Float64Array, [first, second]: readonly [Gaussian, Gaussian], v: Float64Array): number {
  const near = a.map((value, i) => value + first.mean[i]!);
  const far = v.map((value, i) => value - second.mean[i]!);
  const between = a.map((_, i) => {
    const [left, right] = [1 / first.variance[i]!, 1 / second.variance[i]!];
    return (left * near[i]! + right * far[i]!) / (left + right);
  });
  const moved = between.map((value, i) => value + second.mean[i]!);
  return (
    scoreOf(between, { mean: near, variance: first.variance }) + scoreOf(v, { mean: moved, variance: second.variance })
  );
}

/** The Gaussian of a conjunction: Λ = ΣΛ_k and μ = Λ⁻¹ΣΛ_kμ_k. */
export function conjunctionOf(conditions: readonly Gaussian[]): Gaussian {
  const [{ mean: first }] = conditions as [Gaussian];
  const sum = (of: (condition: Gaussian, i: number) => number) =>
    first.map((_, i) => conditions.reduce((total, condition) => total + of(condition, i), 0));
  const precision = sum(({ variance }, i) => 1 / variance[i]!);
  const weighted = sum(({ mean, variance }, i) => mean[i]! / variance[i]!);
  return { mean: weighted.map((value, i) => value / precision[i]!), variance: precision.map((value) => 1 / value) };
}
