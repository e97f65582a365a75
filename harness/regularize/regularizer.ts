import { type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { CompressibleWeight } from '../nn/layer.ts';
import type { RegularizerName } from '../spec/spec.ts';

/** What decays: a model's variables, and those of its weights that are products. */
export interface Decaying {
  readonly variables: readonly Variable[];
  readonly compressed: readonly CompressibleWeight[];
}

export interface Decay {
  regularizer: RegularizerName;
  /** λ */
  lambda: number;
  /** The network's parameters over those of its dense form; read by `crs`. */
  ratio: number;
}

/** Trainable parameters over `dense`, those of the dense network. */
export function parameterRatio(variables: readonly Variable[], dense: number): number {
  return variables.reduce((sum, { role, size }) => sum + (role === 'statistic' ? 0 : size), 0) / dense;
}

/**
 * The decay's gradient λ·∂R/∂w of every variable that decays; it is added to the loss's gradient before momentum
 * (coupled decay, as in PyTorch's SGD and the paper's code).
 *
 * - `none`: nothing decays.
 * - `weight-decay`: R = ½‖w‖² of every trainable variable: factors, dense weights, normalizations and biases alike.
 * - `no-factor-decay`: weight decay of all but factors. What Frobenius decay of tensors comes to in their released code, which
 *   adds the penalty to the loss after its gradient is taken.
 * - `crs`, compression-ratio scaling: weight decay with λ·ratio in place of λ for factors. The ratio is the whole network's,
 *   all parameters counted, the same for every layer (their released code: `group_lowrank`).
 * - `frobenius-decay`: R = ½‖W‖²_F of each factorized weight, such as W = UVᵀ, in place of its factors' ½‖U‖² + ½‖V‖²; the
 *   rest as weight decay. (Khodak et al. 2021, section 3.2; who decays: their released code.)
 */
export function decayGradients(model: Decaying, { regularizer, lambda, ratio }: Decay): Map<Variable, Tensor> {
  if (regularizer === 'none' || lambda === 0) return new Map();
  const gradients = frobeniusTerms(regularizer === 'frobenius-decay' ? model.compressed : [], lambda);
  for (const variable of model.variables) {
    if (variable.role === 'statistic' || gradients.has(variable)) continue;
    if (regularizer === 'no-factor-decay' && variable.role === 'factor') continue;
    const scaled = regularizer === 'crs' && variable.role === 'factor';
    gradients.set(variable, tf.mul(variable.value, scaled ? lambda * ratio : lambda));
  }
  return gradients;
}

/** λ·∂½‖W‖²_F of the factors of the weights that are products. */
export function frobeniusTerms(weights: readonly CompressibleWeight[], lambda: number): Map<Variable, Tensor> {
  const terms = new Map<Variable, Tensor>();
  for (const weight of weights) {
    weight.frobeniusGradients()?.forEach((gradient, index) => {
      terms.set(weight.variables[index]!, tf.mul(gradient, lambda));
    });
  }
  return terms;
}
