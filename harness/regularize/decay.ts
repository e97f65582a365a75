import { type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { CompressibleWeight } from '../nn/layer.ts';

/**
 * Where a decay's term λ·∂R/∂w enters: added to the loss's gradient, before clipping and momentum (coupled decay, as in
 * PyTorch's SGD), beside the step, w ← w − η·λ·∂R (Loshchilov and Hutter 2019), or in the direction of an optimizer that
 * scales that by a trust ratio (You et al. 2020).
 */
export type DecayPlace = 'gradient' | 'decoupled' | 'direction';

/** What decays, and where that enters. */
export interface Decay {
  /** λ */
  lambda: number;
  /**
   * Weights W of which ½‖W‖²_F decays in place of their factors' own norms; one that is no product decays as all else.
   */
  frobenius: readonly CompressibleWeight[];
  frobeniusEnters: DecayPlace;
  /** Where ½‖w‖² of all other trainable variables enters; null: nothing else decays. */
  plainEnters: DecayPlace | null;
  /** Of λ, for factors that decay by themselves; 0 for none. */
  factorShare: number;
}

export const noDecay: Decay = {
  lambda: 0,
  frobenius: [],
  frobeniusEnters: 'gradient',
  plainEnters: null,
  factorShare: 0,
};

/** λ·∂R/∂w of every variable that decays, by where it enters. */
export interface DecayTerms {
  /** To be added to the loss's gradient. */
  gradient: Map<Variable, Tensor>;
  /** To be subtracted from the variable, times the learning rate. */
  decoupled: Map<Variable, Tensor>;
  /** To be added to the optimizer's direction. */
  direction: Map<Variable, Tensor>;
}

/** The terms at the values that the variables have. */
export function decayTerms(variables: readonly Variable[], decay: Decay): DecayTerms {
  const { lambda, frobeniusEnters, plainEnters, factorShare } = decay;
  const terms: DecayTerms = { gradient: new Map(), decoupled: new Map(), direction: new Map() };
  if (lambda === 0) return terms;
  const frobenius = frobeniusTerms(decay.frobenius, lambda);
  for (const [variable, term] of frobenius) terms[frobeniusEnters].set(variable, term);
  if (plainEnters === null) return terms;
  for (const variable of variables) {
    if (variable.role === 'statistic' || frobenius.has(variable)) continue;
    const share = variable.role === 'factor' ? factorShare : 1;
    if (share !== 0) terms[plainEnters].set(variable, tf.mul(variable.value, lambda * share));
  }
  return terms;
}

/** λ·∂½‖W‖²_F of the factors of the weights that are products. */
function frobeniusTerms(weights: readonly CompressibleWeight[], lambda: number): Map<Variable, Tensor> {
  const terms = new Map<Variable, Tensor>();
  for (const weight of weights) {
    weight.frobeniusGradients()?.forEach((gradient, index) => {
      terms.set(weight.variables[index]!, tf.mul(gradient, lambda));
    });
  }
  return terms;
}
