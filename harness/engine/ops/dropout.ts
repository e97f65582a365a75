import { runOp, type Tensor, tf } from '../tensorflow.ts';

/**
 * Inverted dropout (Srivastava et al. 2014): x·m/(1 − p), each m independently 0 with probability p and 1 otherwise, so
 * that the mean over masks is x. The mask is a function of the seed alone (Philox, Salmon et al. 2011): a graph that
 * gets the seed as a feed draws what the operations one by one draw, at a quarter of the cost of drawing in JavaScript.
 *
 * @param rate p, in [0, 1); at 0 the result is x
 * @param seed [2], int32
 */
export function dropout(x: Tensor, rate: number, seed: Tensor): Tensor {
  if (rate === 0) return x;
  return tf.tidy(() => {
    const uniform = runOp('StatelessRandomUniform', [tf.tensor1d(x.shape, 'int32'), seed], {
      dtype: { type: 'float32' },
      T: { type: 'int32' },
      Tseed: { type: 'int32' },
    })[0]!;
    const mask = tf.mul(tf.cast(tf.greaterEqual(uniform, rate), 'float32'), 1 / (1 - rate));
    return tf.mul(x, mask);
  });
}

/** One of many seeds that a seed [2] stands for: those of two numbers have nothing in common. */
export function seedOf(seed: Tensor, number: number): Tensor {
  return tf.add(seed, tf.tensor1d([0, number], 'int32'));
}
