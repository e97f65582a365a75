import type { EstimatorName } from '../../spec/nasi.ts';
import { backward, forward, type Gradients } from './float64.ts';
import type { Graph } from './graph.ts';

/** Estimates of the neural tangent kernel's trace, Θ = ∇f·∇fᵀ, at given weights; all in float64, means over examples. */

/** Examples [count, size] and their labels. */
export interface LabelledBatch {
  count: number;
  x: Float32Array;
  labels: ArrayLike<number>;
}

/** The x of one example. */
export function exampleOf({ count, x }: Pick<LabelledBatch, 'count' | 'x'>, index: number): Float32Array {
  const size = x.length / count;
  return x.subarray(index * size, (index + 1) * size);
}

/** The first examples of a batch. */
export function firstOf({ x, count, labels }: LabelledBatch, most: number): LabelledBatch {
  return { count: most, x: x.subarray(0, (most * x.length) / count), labels: Array.from(labels).slice(0, most) };
}

/** b⁻¹ Σₓ Σₖ ‖∂fₖ(x)/∂θ‖², by every row of the Jacobian. Labels do not enter. */
export function exactTrace(graph: Graph, theta: Float64Array, batch: Pick<LabelledBatch, 'count' | 'x'>): number {
  const row = new Float64Array(theta.length);
  let total = 0;
  for (let n = 0; n < batch.count; n++) {
    const values = forward(graph, theta, exampleOf(batch, n));
    const outputs = values.at(-1)!.length;
    for (let k = 0; k < outputs; k++) {
      row.fill(0);
      const slope = new Float64Array(outputs);
      slope[k] = 1;
      backward(graph, theta, values, slope, { theta: row, mixing: null });
      total += squaredNorm(row);
    }
  }
  return total / batch.count;
}

/** Both estimates by gradients of the cross-entropy, and the mean gradient itself. */
export interface GradientEstimates extends Record<Exclude<EstimatorName, 'exact'>, number> {
  /** b⁻¹ Σₓ ∂L(x)/∂θ */
  gradient: Float64Array;
}

/** b⁻¹ Σₓ ‖∂L(x)/∂θ‖² and ‖b⁻¹ Σₓ ∂L(x)/∂θ‖². */
export function gradientEstimates(graph: Graph, theta: Float64Array, batch: LabelledBatch): GradientEstimates {
  const own = new Float64Array(theta.length);
  const gradient = new Float64Array(theta.length);
  let squares = 0;
  for (let n = 0; n < batch.count; n++) {
    own.fill(0);
    addLossGradient(graph, theta, batch, n, { theta: own, mixing: null });
    squares += squaredNorm(own);
    for (let i = 0; i < own.length; i++) gradient[i]! += own[i]! / batch.count;
  }
  return { per_sample: squares / batch.count, minibatch: squaredNorm(gradient), gradient };
}

/** Adds the gradients of the cross-entropy −log softmax(f(x))_y of one example; gives its value. */
export function addLossGradient(
  graph: Graph,
  theta: Float64Array,
  batch: LabelledBatch,
  index: number,
  gradients: Gradients,
  mixing: Float64Array | null = null,
): number {
  const values = forward(graph, theta, exampleOf(batch, index), mixing);
  const label = batch.labels[index]!;
  const slope = softmax(values.at(-1)!);
  const loss = -Math.log(slope[label]!);
  slope[label]! -= 1;
  backward(graph, theta, values, slope, gradients, mixing);
  return loss;
}

/** Σ over weights W of ‖∂L/∂W‖, a gradient's norm layer by layer (Abdelfattah et al. 2021). */
export function normByLayer({ weights }: Graph, gradient: Float64Array): number {
  return weights.reduce(
    (sum, { offset, size }) => sum + Math.sqrt(squaredNorm(gradient.subarray(offset, offset + size))),
    0,
  );
}

export function softmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const most = values.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY);
  const powers = values.map((value) => Math.exp(value - most));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

export function squaredNorm(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}
