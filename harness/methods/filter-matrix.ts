import { type Tensor, tf } from '../engine/tensorflow.ts';

/** The matrix W [out·k1, in·k2] of a dense filter [k1, k2, in, out]: what a layer's `matrix` returns. */
export function filterMatrix(filter: Tensor): Tensor {
  const [k1, k2, inChannels, outChannels] = filter.shape as [number, number, number, number];
  return tf.tidy(() => tf.reshape(tf.transpose(filter, [3, 0, 2, 1]), [outChannels * k1, inChannels * k2]));
}
