import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';

/**
 * The means of `size` x `size` windows side by side.
 *
 * @param x [batch, height, width, channels]; rows and columns beyond the last whole window are left out
 * @returns [batch, ⌊height/size⌋, ⌊width/size⌋, channels]
 */
export function meanPool(x: Tensor, size: number): Tensor {
  return pooled(x, size, size, 'VALID');
}

/**
 * The mean of each pixel's `size` x `size` neighbourhood, of the pixels in it that are in the image.
 *
 * @param x [batch, height, width, channels]
 * @returns the same shape
 */
export function neighbourhoodMean(x: Tensor, size: number): Tensor {
  return pooled(x, size, 1, 'SAME');
}

function pooled(x: Tensor, size: number, stride: number, padding: string): Tensor {
  const attributes: Attributes = {
    T: { type: 'float32' },
    ksize: { int: [1, size, size, 1] },
    strides: { int: [1, stride, stride, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
  };
  return tf.customGrad((input) => ({
    value: runOp('AvgPool', [input as Tensor], attributes)[0]!,
    gradFunc: (dy: Tensor) => runOp('AvgPoolGrad', [tf.tensor1d(x.shape, 'int32'), dy], attributes)[0]!,
  }))(x);
}
