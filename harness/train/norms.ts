import { singularValues } from '../engine/algebra/svd.ts';
import { tf } from '../engine/tensorflow.ts';
import type { CompressibleWeight } from '../nn/layer.ts';
import { finiteOrNull } from './curve.ts';

/** Means over the compressible layers' dense-equivalent weights W; η is the learning rate. */
export interface NormSummary {
  /** ‖W‖_F */
  frobenius_norm: number;
  /** ‖W‖_*, the sum of the singular values */
  nuclear_norm: number;
  /** η/‖W‖_F */
  learning_rate_over_norm: number;
  /** η/‖W‖²_F, the effective learning rate under normalization (Khodak et al. 2021, section 3.2) */
  effective_learning_rate: number;
}

/** Norms of one matrix from its singular values: ‖W‖²_F = Σσ², ‖W‖_* = Σσ. */
function normsOf(layer: CompressibleWeight): { frobenius: number; nuclear: number } {
  const values = tf.tidy(() => singularValues(layer.matrix()).dataSync());
  let [squares, sum] = [0, 0];
  for (const value of values) {
    squares += value * value;
    sum += value;
  }
  return { frobenius: Math.sqrt(squares), nuclear: sum };
}

/** Means of the norms over some layers at a learning rate. */
export function normSummary(layers: readonly CompressibleWeight[], learningRate: number): NormSummary {
  const norms = layers.map(normsOf);
  const mean = (f: (norm: { frobenius: number; nuclear: number }) => number) =>
    norms.reduce((sum, norm) => sum + f(norm), 0) / norms.length;
  return {
    frobenius_norm: mean((norm) => norm.frobenius),
    nuclear_norm: mean((norm) => norm.nuclear),
    learning_rate_over_norm: mean((norm) => learningRate / norm.frobenius),
    effective_learning_rate: mean((norm) => learningRate / norm.frobenius ** 2),
  };
}

/**
 * For a curve: null where there is no finite number, such as the effective learning rate of a weight that decayed to
 * zero.
 */
export function normValues(summary: NormSummary | null): Record<keyof NormSummary, number | null> {
  const of = (name: keyof NormSummary) => (summary === null ? null : finiteOrNull(summary[name]));
  return {
    frobenius_norm: of('frobenius_norm'),
    nuclear_norm: of('nuclear_norm'),
    learning_rate_over_norm: of('learning_rate_over_norm'),
    effective_learning_rate: of('effective_learning_rate'),
  };
}
