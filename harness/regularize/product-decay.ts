import type { CompressibleWeight } from '../nn/layer.ts';
import {
  type DecayCoupling,
  decayedProducts,
  type ProductName,
  type TransformerRegularizerName,
} from '../spec/translation.ts';
import { type Decay, noDecay } from './decay.ts';

export interface ProductDecay {
  regularizer: TransformerRegularizerName;
  /** λ */
  decay: number;
  decayCoupling: DecayCoupling;
}

/**
 * The decay of a Transformer (Khodak et al. 2021, section 3.2, and their released code for where it enters): R = ½‖w‖²
 * of every trainable variable, and in its place ½‖UVᵀ‖²_F of each product that the regularizer names.
 *
 * @param products the network's, by kind
 */
export function productDecayOf(
  products: Readonly<Record<ProductName, readonly CompressibleWeight[]>>,
  { regularizer, decay, decayCoupling }: ProductDecay,
): Decay {
  if (regularizer === 'none') return noDecay;
  const released = decayCoupling === 'released';
  const plain = decayCoupling === 'gradient' ? 'gradient' : 'decoupled';
  return {
    lambda: decay,
    frobenius: kindsOf(regularizer, released).flatMap((kind) => products[kind]),
    frobeniusEnters: decayCoupling === 'decoupled' ? 'decoupled' : 'gradient',
    plainEnters: released && regularizer !== 'weight-decay' ? null : plain,
    factorShare: 1,
  };
}

function kindsOf(regularizer: Exclude<TransformerRegularizerName, 'none'>, released: boolean): readonly ProductName[] {
  if (regularizer === 'weight-decay') return [];
  const named = decayedProducts[regularizer];
  return released ? [...new Set<ProductName>(['linear', ...named])] : named;
}
