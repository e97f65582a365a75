import { type Tensor, type Tensor4D, tf } from '../tensorflow.ts';

/**
 * Every stride-th pixel, the first one included.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, ⌈height/stride⌉, ⌈width/stride⌉, channels]
 */
export function subsample(x: Tensor, stride: readonly [number, number]): Tensor {
  // Average pooling with a window of one pixel is subsampling with a gradient, which tfjs's strided slice lacks.
  return tf.avgPool(x as Tensor4D, 1, [...stride], 'valid');
}
