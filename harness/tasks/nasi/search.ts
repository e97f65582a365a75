import type { NasiMethodName, SearchSpec } from '../../spec/nasi.ts';
import type { Graph } from './graph.ts';
import { addLossGradient, type LabelledBatch, softmax, squaredNorm } from './scores.ts';

/** Search by the published objective, in one step from α = 0 (Shu et al. 2022). */

/** What one sample of the architecture gives. */
export interface Sampled {
  /** S = ‖b⁻¹ Σ ∇_θ L‖² */
  norm: number;
  /** ν */
  limit: number;
  /** G = ∂R/∂α at α = 0, R = S − μ·max(0, S − ν): a row of alternatives for each choice. */
  gradient: Float64Array;
}

/**
 * The objective's gradient for one Gumbel draw. Operations have the weights w = softmax((α + g)/τ) at each place, and
 * ∂S/∂w = 2·∂²L/∂w∂θ · ∇_θ L, a difference of ∇_w L at θ ± ε∇_θ L over ε.
 *
 * @param graph a network that mixes operations
 * @param gumbel g, as G
 */
export function objectiveGradient(
  graph: Graph,
  theta: Float64Array,
  batch: LabelledBatch,
  gumbel: ArrayLike<number>,
  { temperature, mu, limit }: { temperature: number; mu: number; limit: number },
): Sampled {
  const weights = mixingOf(graph, gumbel, temperature);
  const direction = meanGradients(graph, theta, batch, weights).theta;
  const norm = squaredNorm(direction);
  const byMixing = mixedDerivative(graph, theta, batch, weights, direction);
  const factor = norm > limit ? 1 - mu : 1;
  const gradient = new Float64Array(weights.length);
  eachPlace(graph, (from, to) => {
    let mean = 0;
    for (let i = from; i < to; i++) mean += weights[i]! * byMixing[i]!;
    for (let i = from; i < to; i++) gradient[i] = (factor * 2 * weights[i]! * (byMixing[i]! - mean)) / temperature;
  });
  return { norm, limit, gradient };
}

/** S alone, of the same arguments: what `objectiveGradient` has as its norm, for a third of the passes. */
export function sampleNorm(
  graph: Graph,
  theta: Float64Array,
  batch: LabelledBatch,
  gumbel: ArrayLike<number>,
  temperature: number,
): number {
  return squaredNorm(meanGradients(graph, theta, batch, mixingOf(graph, gumbel, temperature)).theta);
}

/** w of α = 0. */
export function mixingOf(graph: Graph, gumbel: ArrayLike<number>, temperature: number): Float64Array {
  const weights = new Float64Array(gumbel.length);
  const raised = Array.from(gumbel, (value) => value / temperature);
  eachPlace(graph, (from, to) => weights.set(softmax(raised.slice(from, to)), from));
  return weights;
}

/** How far θ is moved, over its norm: far above rounding, and so near that few units change their side of zero. */
const relativeStep = 1e-6;

/** ∂²L/∂w∂θ · v */
function mixedDerivative(
  graph: Graph,
  theta: Float64Array,
  batch: LabelledBatch,
  weights: Float64Array,
  v: Float64Array,
): Float64Array {
  const length = Math.sqrt(squaredNorm(v));
  if (length === 0) return new Float64Array(weights.length);
  const step = (relativeStep * Math.sqrt(squaredNorm(theta))) / length;
  const [ahead, behind] = [step, -step].map((signed) => {
    const moved = theta.map((value, i) => value + signed * v[i]!);
    return meanGradients(graph, moved, batch, weights).mixing;
  }) as [Float64Array, Float64Array];
  return ahead.map((value, i) => (value - behind[i]!) / (2 * step));
}

function meanGradients(
  graph: Graph,
  theta: Float64Array,
  batch: LabelledBatch,
  weights: Float64Array,
): { theta: Float64Array; mixing: Float64Array } {
  const sum = { theta: new Float64Array(theta.length), mixing: new Float64Array(weights.length) };
  for (let n = 0; n < batch.count; n++) addLossGradient(graph, theta, batch, n, sum, weights);
  const mean = (values: Float64Array) => values.map((value) => value / batch.count);
  return { theta: mean(sum.theta), mixing: mean(sum.mixing) };
}

function eachPlace({ choices }: Graph, visit: (from: number, to: number) => void): void {
  if (choices === null) throw new Error('a network without choices cannot be searched');
  const { places, alternatives } = choices;
  for (let place = 0; place < places; place++) visit(place * alternatives, (place + 1) * alternatives);
}

/** Δ* = T⁻¹ Σ_t G_t / max_{s ≤ t} ‖G_s‖; a gradient of zero adds nothing. */
export function oneStep(gradients: readonly Float64Array[]): Float64Array {
  const step = new Float64Array(gradients[0]!.length);
  let most = 0;
  for (const gradient of gradients) {
    most = Math.max(most, Math.sqrt(squaredNorm(gradient)));
    if (most === 0) continue;
    for (let i = 0; i < step.length; i++) step[i]! += gradient[i]! / most / gradients.length;
  }
  return step;
}

/** ν of the next sample: as given, or of `nasi-ada` the mean of the norms before, where there are any. */
export function limitOf(method: NasiMethodName, { nu }: Pick<SearchSpec, 'nu'>, norms: readonly number[]): number {
  if (method !== 'nasi-ada' || norms.length === 0) return nu;
  return norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
}

/**
 * The place of the largest α of each row among the alternatives that may be chosen; the first of equal ones.
 *
 * @param mayBe whether an alternative may be chosen
 */
export function chosenOf(alpha: Float64Array, alternatives: number, mayBe: (alternative: number) => boolean): number[] {
  return Array.from({ length: alpha.length / alternatives }, (_, place) => {
    let best = -1;
    for (let i = 0; i < alternatives; i++) {
      const value = alpha[place * alternatives + i]!;
      if (mayBe(i) && (best < 0 || value > alpha[place * alternatives + best]!)) best = i;
    }
    return best;
  });
}
