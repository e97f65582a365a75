import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import { composeLowRank, frobeniusGradients, spectralFactors } from '../../tensor/low-rank.ts';
import type { CompressibleWeight } from '../layer.ts';

/**
 * Products of attention's projections, one a head (Khodak et al. 2021, on multi-head attention): `query-key` W_q W_kᵀ
 * decides the scores, `output-value` W_v W_o the result. Each is a [width, width] matrix UVᵀ of rank at most the head's
 * size, of which U and V are the head's share of the two projections.
 */
export const attentionProductNames = ['query-key', 'output-value'] as const;
export type AttentionProductName = (typeof attentionProductNames)[number];

/** A product of two projections: the heads' matrices as one batch, and its balanced factorization. */
export interface AttentionProduct extends CompressibleWeight {
  /** Refactors every head's product by its singular value decomposition: U = P√Σ, V = Q√Σ. The product stays. */
  balance(): void;
}

/** How a head's factor [width, size] lies in a projection: in its columns, or as the transpose of its rows. */
type Layout = 'columns' | 'rows';

/** W_q and W_k, [width, heads·size] each. */
export function queryKeyProduct(query: Variable, key: Variable, heads: number): AttentionProduct {
  return productOf(query, key, 'columns', heads);
}

/** W_v [width, heads·size] and W_o [heads·size, width]. */
export function outputValueProduct(value: Variable, output: Variable, heads: number): AttentionProduct {
  return productOf(value, output, 'rows', heads);
}

function productOf(left: Variable, right: Variable, layout: Layout, heads: number): AttentionProduct {
  const u = () => toHeads(left.value, 'columns', heads);
  const v = () => toHeads(right.value, layout, heads);
  return {
    variables: [left, right],
    matrix: () => tf.tidy(() => composeLowRank(u(), v())),
    frobeniusGradients: () =>
      tf.tidy(() => {
        const gradients = frobeniusGradients(u(), v());
        return [fromHeads(gradients.u, 'columns'), fromHeads(gradients.v, layout)];
      }),
    balance() {
      const [newLeft, newRight] = tf.tidy((): [Tensor, Tensor] => {
        const [lefts, rights] = [tf.unstack(u()), tf.unstack(v())];
        const factors = lefts.map((factor, head) =>
          spectralFactors(composeLowRank(factor, rights[head]!), factor.shape[1]!),
        );
        return [
          fromHeads(tf.stack(factors.map((pair) => pair.u)), 'columns'),
          fromHeads(tf.stack(factors.map((pair) => pair.v)), layout),
        ];
      });
      left.assign(newLeft);
      right.assign(newRight);
    },
  };
}

/** A projection's heads, [heads, width, size]. */
function toHeads(weight: Tensor, layout: Layout, heads: number): Tensor {
  const [rows, columns] = weight.shape as [number, number];
  return layout === 'columns'
    ? tf.transpose(tf.reshape(weight, [rows, heads, columns / heads]), [1, 0, 2])
    : tf.transpose(tf.reshape(weight, [heads, rows / heads, columns]), [0, 2, 1]);
}

/** The inverse. */
function fromHeads(factors: Tensor, layout: Layout): Tensor {
  const [heads, width, size] = factors.shape as [number, number, number];
  return layout === 'columns'
    ? tf.reshape(tf.transpose(factors, [1, 0, 2]), [width, heads * size])
    : tf.reshape(tf.transpose(factors, [0, 2, 1]), [heads * size, width]);
}
