import { runOp, type Tensor, tf } from '../tensorflow.ts';
import { paddingOf } from './conv2d.ts';

/**
 * What each output position of `conv2d` sees: the rows a of the product a·W that a convolution is, with its filter
 * [k1, k2, in, out] as the matrix W [k1·k2·in, out]. No gradient.
 *
 * @param x [batch, height, width, in]
 * @returns [batch·⌈height/stride⌉·⌈width/stride⌉, k1·k2·in]
 */
export function patches(x: Tensor, [k1, k2]: readonly [number, number], stride: number): Tensor {
  const [vertical, horizontal] = [paddingOf(x.shape[1]!, k1, stride), paddingOf(x.shape[2]!, k2, stride)];
  return tf.tidy(() => {
    const padded = tf.pad(x as never, [[0, 0], vertical, horizontal, [0, 0]] as never) as Tensor;
    const seen = runOp('ExtractImagePatches', [padded], {
      T: { type: 'float32' },
      ksizes: { int: [1, k1, k2, 1] },
      strides: { int: [1, stride, stride, 1] },
      rates: { int: [1, 1, 1, 1] },
      padding: { string: 'VALID' },
    })[0]!;
    return tf.reshape(seen, [-1, k1 * k2 * x.shape[3]!]);
  });
}
