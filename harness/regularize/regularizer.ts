import type { Variable } from '../engine/variable.ts';
import type { CompressibleWeight } from '../nn/layer.ts';
import type { RegularizerName } from '../spec/words.ts';
import { type Decay, noDecay } from './decay.ts';

export interface RegularizerOptions {
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
 * The decay of a network of images, part of the gradient.
 *
 * - `none`: nothing decays.
 * - `weight-decay`: R = ½‖w‖² of every trainable variable: factors, dense weights, normalizations and biases alike.
 * - `no-factor-decay`: weight decay of all but factors. What Frobenius decay of tensors comes to in their released
 *   code, which adds the penalty to the loss after its gradient is taken.
 * - `crs`, compression-ratio scaling: weight decay with λ·ratio in place of λ for factors. The ratio is the whole
 *   network's, all parameters counted, the same for every layer (their released code: `group_lowrank`).
 * - `frobenius-decay`: R = ½‖W‖²_F of each factorized weight, such as W = UVᵀ, in place of its factors' ½‖U‖² + ½‖V‖²;
 *   the rest as weight decay. (Khodak et al. 2021, section 3.2; who decays: their released code.)
 *
 * @param compressed the network's factorized weights
 */
export function decayOf(
  compressed: readonly CompressibleWeight[],
  { regularizer, lambda, ratio }: RegularizerOptions,
): Decay {
  if (regularizer === 'none') return noDecay;
  const shares: Partial<Record<RegularizerName, number>> = { 'no-factor-decay': 0, crs: ratio };
  return {
    lambda,
    frobenius: regularizer === 'frobenius-decay' ? compressed : [],
    frobeniusEnters: 'gradient',
    plainEnters: 'gradient',
    factorShare: shares[regularizer] ?? 1,
  };
}
