import type { CompressibleWeight } from '../nn/layer.ts';
import type { EncoderTrainingSpec } from '../spec/pretraining.ts';
import {
  type DecayCoupling,
  decayedProducts,
  type ProductName,
  type TransformerRegularizerName,
} from '../spec/translation.ts';
import { type Decay, type DecayPlace, noDecay } from './decay.ts';

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
  const placed = placedDecayOf(products, {
    regularizer,
    decay,
    plain: decayCoupling === 'gradient' ? 'gradient' : 'decoupled',
    frobenius: decayCoupling === 'decoupled' ? 'decoupled' : 'gradient',
  });
  if (!released) return placed;
  return {
    ...placed,
    frobenius: kindsOf(regularizer, true).flatMap((kind) => products[kind]),
    plainEnters: regularizer === 'weight-decay' ? 'decoupled' : null,
  };
}

/** An encoder's decay, and where its two parts enter. */
export interface PlacedDecay {
  regularizer: TransformerRegularizerName;
  /** λ */
  decay: number;
  /** Of ½‖w‖², and of the products' ½‖UVᵀ‖²_F. */
  plain: DecayPlace;
  frobenius: DecayPlace;
}

/** The same for places that are given. */
export function placedDecayOf(
  products: Readonly<Record<ProductName, readonly CompressibleWeight[]>>,
  { regularizer, decay, plain, frobenius }: PlacedDecay,
): Decay {
  if (regularizer === 'none') return noDecay;
  return {
    lambda: decay,
    frobenius: kindsOf(regularizer, false).flatMap((kind) => products[kind]),
    frobeniusEnters: frobenius,
    plainEnters: plain,
    factorShare: 1,
  };
}

/**
 * Where an encoder's decay enters: of LAMB weight decay is a part of the direction that its trust ratio scales, Frobenius
 * decay a part of the gradient; FLAMBé is read as having both in the direction.
 */
export function encoderDecayPlaces({
  optimizer,
  decayCoupling,
}: Pick<EncoderTrainingSpec, 'optimizer' | 'decayCoupling'>): Pick<PlacedDecay, 'plain' | 'frobenius'> {
  switch (optimizer.name) {
    case 'adam':
      return { plain: decayCoupling, frobenius: decayCoupling };
    case 'lamb':
      return { plain: 'direction', frobenius: 'gradient' };
    case 'flambe-as-read':
      return { plain: 'direction', frobenius: 'direction' };
  }
}

function kindsOf(regularizer: Exclude<TransformerRegularizerName, 'none'>, released: boolean): readonly ProductName[] {
  if (regularizer === 'weight-decay') return [];
  const named = decayedProducts[regularizer];
  return released ? [...new Set<ProductName>(['linear', ...named])] : named;
}
