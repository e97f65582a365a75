import { batchMatMul, matMul } from '../../engine/algebra/mat-mul.ts';
import { softmax } from '../../engine/ops/softmax.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';

/**
 * Projections x·W of several weights, divided into heads. The weights are joined so that x takes part in one product:
 * that is faster, and the gradients of x come out of it as one sum in a fixed order.
 *
 * @param x [batch·n, width]
 * @param weights each [width, heads·size]
 * @returns a tensor [batch, heads, n, size] for each weight
 */
export function projectHeads(x: Tensor, weights: readonly Tensor[], batch: number, heads: number): Tensor[] {
  if (weights.length === 1) return [projectOnce(x, weights[0]!, batch, heads)];
  const projected = matMul(x, tf.concat([...weights], 1));
  const size = weights[0]!.shape[1]! / heads;
  const divided = tf.reshape(projected, [batch, x.shape[0]! / batch, weights.length, heads, size]);
  return tf.unstack(tf.transpose(divided, [2, 0, 3, 1, 4]));
}

/** One projection, which is no batch of one: tfjs's unstack has no gradient for a single result. */
function projectOnce(x: Tensor, weight: Tensor, batch: number, heads: number): Tensor {
  const divided = tf.reshape(matMul(x, weight), [batch, x.shape[0]! / batch, heads, weight.shape[1]! / heads]);
  return tf.transpose(divided, [0, 2, 1, 3]);
}

/**
 * Dot-product attention of every head, softmax(QKᵀ + mask)·V (Vaswani et al. 2017, section 3.2.1), of queries that are
 * scaled already: see `scaledQuery`.
 *
 * @param query [batch, heads, n, size]
 * @param key [batch, heads, m, size]
 * @param value [batch, heads, m, size]
 * @param mask added to the scores; broadcast to [batch, heads, n, m]
 * @returns [batch·n, heads·size], the heads side by side
 */
export function attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null): Tensor {
  const [batch, heads, length, size] = query.shape as [number, number, number, number];
  const scores = batchMatMul(query, key, { transposeB: true });
  const shares = softmax(mask === null ? scores : tf.add(scores, mask));
  const mixed = tf.transpose(batchMatMul(shares, value), [0, 2, 1, 3]);
  return tf.reshape(mixed, [batch * length, heads * size]);
}

/**
 * W_q/√size, the projection [width, heads·size] to scaled queries: the smallest place for attention's scale. (Beside
 * softmax, graphs would also multiply it into another factor of the gradient than the operations one by one do.)
 */
export function scaledQuery(weight: Tensor, heads: number): Tensor {
  return tf.mul(weight, Math.sqrt(heads / weight.shape[1]!));
}

/** Low enough that its exponential is zero beside any other score. */
const excluded = -1e9;

/** [n, n]: 0 where column ≤ row, −1e9 elsewhere, so that no token attends to later ones. */
export function causalMask(length: number): Tensor {
  const mask = Float32Array.from({ length: length * length }, (_, flat) =>
    flat % length > Math.floor(flat / length) ? excluded : 0,
  );
  return tf.tensor(mask, [length, length]);
}

/**
 * Where the next of so many tokens stands: `place` [length, 1], 1 at the position and 0 elsewhere, and the mask
 * [1, 1, 1, length] that leaves out what comes after it.
 *
 * @param position a scalar, int32
 */
export function nextPlace(position: Tensor, length: number): { place: Tensor; mask: Tensor } {
  const positions = tf.tensor1d(Int32Array.from({ length }, (_, index) => index));
  const later = tf.cast(tf.greater(positions, position), 'float32');
  return {
    place: tf.reshape(tf.cast(tf.equal(positions, position), 'float32'), [length, 1]),
    mask: tf.reshape(tf.mul(later, excluded), [1, 1, 1, length]),
  };
}

/** A mask of tokens [batch, m] in the shape that broadcasts over heads and asking tokens, [batch, 1, 1, m]. */
export function tokenMask(mask: Tensor): Tensor {
  const [batch, length] = mask.shape as [number, number];
  return tf.reshape(mask, [batch, 1, 1, length]);
}
