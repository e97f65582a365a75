import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { MatrixLayer } from '../matrix-layer.ts';

/**
 * Rows of the token table plus rows 0, 1, ... of the position table (Vaswani et al. 2017, section 3.5, learned
 * positions).
 *
 * @param ids [batch, n], int32
 * @returns [batch·n, width]
 * @throws Error where a sequence is longer than the position table
 */
export function embedSequence(ids: Tensor, tokens: MatrixLayer, positions: MatrixLayer, longest: number): Tensor {
  const [batch, length] = ids.shape as [number, number];
  if (length > longest) {
    throw new Error(
      `embedSequence: a sequence of ${length} tokens is longer than the ${longest} positions; shorten it`,
    );
  }
  const rows = tokens.lookup(tf.reshape(ids, [batch * length]));
  const width = rows.shape[1]!;
  const places = positions.lookup(tf.tensor1d(Int32Array.from({ length }, (_, index) => index)));
  return tf.reshape(tf.add(tf.reshape(rows, [batch, length, width]), places), [batch * length, width]);
}
