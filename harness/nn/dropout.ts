import { dropout, seedOf } from '../engine/ops/dropout.ts';
import type { Tensor } from '../engine/tensorflow.ts';

/** Shares of values set to zero while training. */
export interface DropoutRates {
  /** Of what the embeddings and every sublayer give. */
  hidden: number;
  /** Of what ReLUs give. */
  relu: number;
}

/** Dropout of one pass, place by place in the order in which the pass comes to them. */
export type Dropout = Readonly<Record<keyof DropoutRates, (x: Tensor) => Tensor>>;

export const noDropout: Dropout = { hidden: (x) => x, relu: (x) => x };

/** Dropout whose masks, other ones at every place, follow from the seed [2], int32, that the pass is given. */
export function seededDropout(rates: DropoutRates, seed: Tensor): Dropout {
  let place = 0;
  const at = (rate: number) => (x: Tensor) => dropout(x, rate, seedOf(seed, place++));
  return { hidden: at(rates.hidden), relu: at(rates.relu) };
}

/**
 * Dropout of a pass of a Transformer.
 *
 * @param rates left out: none, as in evaluation
 * @throws Error where there are rates but no seed
 */
export function dropoutOf(rates: DropoutRates | undefined, seed: Tensor | undefined): Dropout {
  if (rates === undefined) return noDropout;
  if (seed === undefined) throw new Error('Transformer: dropout needs a seed; give dropoutSeed with the batch');
  return seededDropout(rates, seed);
}
