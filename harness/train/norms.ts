import { singularValues } from '../engine/algebra/svd.ts';
import { tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { CompressibleWeight } from '../nn/layer.ts';
import { finiteOrNull } from './curve.ts';

/** Means over the compressible layers' dense-equivalent weights W, and one sum; η is the learning rate. */
export interface NormSummary {
  /** ‖W‖_F */
  frobenius_norm: number;
  /** ‖W‖_*, the sum of the singular values */
  nuclear_norm: number;
  /** η/‖W‖_F */
  learning_rate_over_norm: number;
  /** η/‖W‖²_F, the effective learning rate under normalization (Khodak et al. 2021, section 3.2) */
  effective_learning_rate: number;
  /**
   * The balance of factors: ‖U‖²_F − ‖V‖²_F summed over the layers W = UVᵀ of two factors, U first; null where there is
   * none. It stays what it is under gradient flow of anything that depends on the products alone, the loss or Frobenius
   * decay (Du, Hu and Lee 2018, theorem 2.1), and falls as exp(−2λ∫η) under weight decay. Frobenius decay pulls each
   * factor by the other one's square: far from zero it shrinks one factor alone. Spectral initialization starts at zero.
   */
  factor_balance: number | null;
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

/** The factors U, V of the layers that have two. */
function factorPairs(layers: readonly CompressibleWeight[]): (readonly [Variable, Variable])[] {
  return layers.flatMap(({ variables }) => {
    const [u, v, ...others] = variables.filter(({ role }) => role === 'factor');
    return u === undefined || v === undefined || others.length > 0 ? [] : [[u, v] as const];
  });
}

/** ‖U‖²_F − ‖V‖²_F over the layers of two factors; null: there is none. In float64: the same on every processor. */
function factorBalance(layers: readonly CompressibleWeight[]): number | null {
  const pairs = factorPairs(layers);
  if (pairs.length === 0) return null;
  return pairs.reduce((sum, [u, v]) => sum + squaredNorm(u) - squaredNorm(v), 0);
}

function squaredNorm({ value }: Variable): number {
  let sum = 0;
  for (const entry of value.dataSync()) sum += entry * entry;
  return sum;
}

/** Means of the norms over some layers at a learning rate, and the balance of their factors. */
export function normSummary(layers: readonly CompressibleWeight[], learningRate: number): NormSummary {
  const norms = layers.map(normsOf);
  const mean = (f: (norm: { frobenius: number; nuclear: number }) => number) =>
    norms.reduce((sum, norm) => sum + f(norm), 0) / norms.length;
  return {
    frobenius_norm: mean((norm) => norm.frobenius),
    nuclear_norm: mean((norm) => norm.nuclear),
    learning_rate_over_norm: mean((norm) => learningRate / norm.frobenius),
    effective_learning_rate: mean((norm) => learningRate / norm.frobenius ** 2),
    factor_balance: factorBalance(layers),
  };
}

/**
 * For a curve: null where there is no finite number, such as the effective learning rate of a weight that decayed to
 * zero, or any norm of a training that diverged. A network without layers of two factors has no balance of them.
 */
export function normValues(
  layers: readonly CompressibleWeight[],
  learningRate: number,
  { finite }: { finite: boolean },
): Record<string, number | null> {
  const summary = finite ? normSummary(layers, learningRate) : null;
  const of = (name: keyof NormSummary) => finiteOrNull(summary?.[name] ?? Number.NaN);
  return {
    frobenius_norm: of('frobenius_norm'),
    nuclear_norm: of('nuclear_norm'),
    learning_rate_over_norm: of('learning_rate_over_norm'),
    effective_learning_rate: of('effective_learning_rate'),
    ...(factorPairs(layers).length === 0 ? {} : { factor_balance: of('factor_balance') }),
  };
}
