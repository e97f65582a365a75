import { matMul } from '../../engine/algebra/mat-mul.ts';
import { embeddingLookup } from '../../engine/ops/embedding-lookup.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable, variableOf } from '../../engine/variable.ts';
import { gaussian, type Streams } from '../../random.ts';
import type { AttentionName } from '../../spec/gaussian-attention.ts';

/** A memory of vectors with relations between them. */
export interface Memory {
  readonly method: AttentionName;
  /** v [entities, d] */
  readonly entities: Variable;
  /** δ [relations, d], inverses included. */
  readonly shifts: Variable;
  /** ln diag Σ [relations, d]; null: every covariance is I. */
  readonly logVariances: Variable | null;
  /** All of them, in a fixed order. */
  readonly variables: readonly Variable[];
}

export interface MemoryShape {
  readonly entities: number;
  /** With inverses. */
  readonly relations: number;
  readonly dimension: number;
}

/** Vectors and shifts drawn from N(0, σ²), covariances I. The draws do not depend on the method. */
export function newMemory(
  method: AttentionName,
  { entities, relations, dimension }: MemoryShape,
  initialDeviation: number,
  streams: Streams,
): Memory {
  const drawn = (name: string, rows: number) => {
    const entries = gaussian(rows * dimension, initialDeviation, streams(`weights/${name}`));
    return variableOf(name, 'weight', entries, [rows, dimension]);
  };
  const own = { entities: drawn('entities', entities), shifts: drawn('shifts', relations) };
  const logVariances =
    method === 'trans-gaussian' ? filledVariable('log-variances', 'weight', [relations, dimension], 0) : null;
  const variables = [own.entities, own.shifts, ...(logVariances === null ? [] : [logVariances])];
  return { method, ...own, logVariances, variables };
}

/** Gaussians by rows, as tensors. */
export interface Gaussians {
  /** μ [rows, d] */
  readonly mean: Tensor;
  /** diag Λ = diag Σ⁻¹ [rows, d] */
  readonly precision: Tensor;
}

/**
 * Where conditions attend: μ = v_s + Σ_r n_r·δ_r and Σ = Σ_r n_r·Σ_r, in which n_r says how often a path goes along
 * relation r, or how much of it a reader puts there. Of TransE Σ = I whatever the path.
 *
 * @param starts s [rows], int32
 * @param counts n [rows, relations]
 */
export function conditionsOf({ method, ...memory }: Memory, starts: Tensor, counts: Tensor): Gaussians {
  const mean = tf.add(embeddingLookup(memory.entities.value, starts), matMul(counts, memory.shifts.value));
  if (method === 'transe') return { mean, precision: tf.onesLike(mean) };
  const { shape } = memory.shifts.value;
  const variances = memory.logVariances === null ? tf.ones(shape) : tf.exp(memory.logVariances.value);
  return { mean, precision: tf.div(tf.onesLike(mean), matMul(counts, variances)) };
}

/**
 * The attention scores of all entities, s(v) = Σ_k −½(v − μ_k)ᵀΛ_k(v − μ_k) over a question's conditions k: precisions
 * add. Computed as −½(v∘v)ᵀΣ_kΛ_k + vᵀΣ_kΛ_kμ_k − ½Σ_kμ_kᵀΛ_kμ_k, two products of matrices.
 *
 * @param gaussians rows k + K·question
 * @param conditions K, of each question
 * @param present [rows, 1], 0 for a condition that the question does not have, else 1; left out: all are there
 * @returns [questions, entities]
 */
export function attentionScores(
  { entities: { value: v } }: Memory,
  { mean, precision }: Gaussians,
  conditions: number,
  present?: Tensor,
): Tensor {
  const [rows, dimension] = mean.shape as [number, number];
  const counting = present === undefined ? precision : tf.mul(precision, present);
  const summed = (x: Tensor, width: number) =>
    conditions === 1 ? x : tf.sum(tf.reshape(x, [rows / conditions, conditions, width]), 1);
  const weighted = tf.mul(counting, mean);
  const squares = tf.sum(tf.mul(weighted, mean), 1, true);
  const quadratic = matMul(summed(counting, dimension), tf.square(v), { transposeB: true });
  const linear = matMul(summed(weighted, dimension), v, { transposeB: true });
  return tf.sub(linear, tf.mul(tf.add(quadratic, summed(squares, 1)), 0.5));
}
