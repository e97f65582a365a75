import { type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { CompressibleWeight } from '../nn/layer.ts';
import {
  type DecayCoupling,
  decayedProducts,
  type ProductName,
  type TransformerRegularizerName,
} from '../spec/translation.ts';
import { frobeniusTerms } from './regularizer.ts';

/** What decays in a network whose products are of several kinds. */
export interface DecayingProducts {
  readonly variables: readonly Variable[];
  readonly products: Readonly<Record<ProductName, readonly CompressibleWeight[]>>;
}

export interface ProductDecay {
  regularizer: TransformerRegularizerName;
  /** λ */
  decay: number;
  decayCoupling: DecayCoupling;
}

/** λ·∂R/∂w of every variable that decays, by where it enters. */
export interface DecayTerms {
  /** To be added to the loss's gradient. */
  gradient: Map<Variable, Tensor>;
  /** To be subtracted from the variable, times the learning rate. */
  decoupled: Map<Variable, Tensor>;
}

/**
 * The decay of a Transformer (Khodak et al. 2021, section 3.2, and their released code for where it enters): R = ½‖w‖² of
 * every trainable variable, and in its place ½‖UVᵀ‖²_F of each product that the regularizer names.
 */
export function productDecay(model: DecayingProducts, { regularizer, decay, decayCoupling }: ProductDecay): DecayTerms {
  const terms: DecayTerms = { gradient: new Map(), decoupled: new Map() };
  if (regularizer === 'none' || decay === 0) return terms;
  const released = decayCoupling === 'released';
  const frobenius = frobeniusTerms(
    kindsOf(regularizer, released).flatMap((kind) => model.products[kind]),
    decay,
  );
  const entering = decayCoupling === 'decoupled' ? terms.decoupled : terms.gradient;
  for (const [variable, term] of frobenius) entering.set(variable, term);
  if (released && regularizer !== 'weight-decay') return terms;
  const plain = decayCoupling === 'gradient' ? terms.gradient : terms.decoupled;
  for (const variable of model.variables) {
    if (variable.role === 'statistic' || frobenius.has(variable)) continue;
    plain.set(variable, tf.mul(variable.value, decay));
  }
  return terms;
}

function kindsOf(regularizer: Exclude<TransformerRegularizerName, 'none'>, released: boolean): readonly ProductName[] {
  if (regularizer === 'weight-decay') return [];
  const named = decayedProducts[regularizer];
  return released ? [...new Set<ProductName>(['linear', ...named])] : named;
}
