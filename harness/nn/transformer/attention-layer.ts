import { matMul } from '../../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { type Variable, variableOf } from '../../engine/variable.ts';
import { matrixDraw } from '../../init/matrix-weight.ts';
import type { Streams } from '../../random.ts';
import type { AttentionShape } from '../../shape/transformer.ts';
import { attend, projectHeads, scaledQuery } from './attention.ts';
import {
  type AttentionProduct,
  type AttentionProductName,
  outputValueProduct,
  queryKeyProduct,
} from './attention-product.ts';

/** Keys and values of tokens, [batch, heads, length, size] each. */
export interface AttentionView {
  key: Tensor;
  value: Tensor;
}

/** Multi-head attention (Vaswani et al. 2017, section 3.2.2) without biases. */
export interface AttentionLayer {
  /** W_q, W_k and W_v [width, inner], W_o [inner, width], with inner = heads·size. */
  readonly variables: readonly [Variable, Variable, Variable, Variable];
  readonly products: Readonly<Record<AttentionProductName, AttentionProduct>>;
  /** Attention of a sequence to itself: x [batch·n, width] to the same. */
  applySelf(x: Tensor, batch: number, mask: Tensor | null): Tensor;
  /** Attention to given keys and values [batch, heads, m, size]. */
  applyCross(x: Tensor, key: Tensor, value: Tensor, mask: Tensor | null): Tensor;
  /**
   * Attention of one token a row, x [rows, width], to those before it and itself. `before` has zeros at the token's
   * place and after it; `place` [length, 1] is 1 there and 0 elsewhere; `mask` leaves out what comes after.
   */
  applyNext(x: Tensor, before: AttentionView, place: Tensor, mask: Tensor): { output: Tensor; view: AttentionView };
}

/**
 * Projections drawn from U(−0.1, 0.1), factors of attention's products.
 *
 * @param inner heads times head size
 */
export function attentionLayer(
  { name, width, heads }: AttentionShape,
  inner: number,
  streams: Streams,
): AttentionLayer {
  const projection = (part: string, shape: [number, number]) =>
    variableOf(
      `${name}.${part}`,
      'factor',
      matrixDraw(width * inner, 'linear', streams(`weights/${name}.${part}`)),
      shape,
    );
  const query = projection('query', [width, inner]);
  const key = projection('key', [width, inner]);
  const value = projection('value', [width, inner]);
  const output = projection('output', [inner, width]);
  return {
    variables: [query, key, value, output],
    products: {
      'query-key': queryKeyProduct(query, key, heads),
      'output-value': outputValueProduct(value, output, heads),
    },
    applySelf(x, batch, mask) {
      const weights = [scaledQuery(query.value, heads), key.value, value.value];
      const [queries, keys, values] = projectHeads(x, weights, batch, heads);
      return matMul(attend(queries!, keys!, values!, mask), output.value);
    },
    applyCross(x, keys, values, mask) {
      const [queries] = projectHeads(x, [scaledQuery(query.value, heads)], keys.shape[0]!, heads);
      return matMul(attend(queries!, keys, values, mask), output.value);
    },
    applyNext(x, before, place, mask) {
      const weights = [scaledQuery(query.value, heads), key.value, value.value];
      const [queries, keys, values] = projectHeads(x, weights, x.shape[0]!, heads);
      const view = {
        key: tf.add(before.key, tf.mul(keys!, place)),
        value: tf.add(before.value, tf.mul(values!, place)),
      };
      return { output: matMul(attend(queries!, view.key, view.value, mask), output.value), view };
    },
  };
}
