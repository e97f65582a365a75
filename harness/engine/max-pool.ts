import { type Attributes, runOp, type Tensor, tf } from './tensorflow.ts';

/**
 * The maximum of each `size` x `size` window, windows side by side. The gradient goes to the window's largest input, to
 * the first of them in row order where several are equal.
 *
 * @param x [batch, height, width, channels]; rows and columns beyond the last whole window are left out
 * @returns [batch, ⌊height/size⌋, ⌊width/size⌋, channels]
 */
export function maxPool(x: Tensor, size: number): Tensor {
  const attributes: Attributes = {
    T: { type: 'float32' },
    ksize: { int: [1, size, size, 1] },
    strides: { int: [1, size, size, 1] },
    padding: { string: 'VALID' },
    data_format: { string: 'NHWC' },
  };
  return tf.customGrad((input, save) => {
    const y = runOp('MaxPool', [input as Tensor], attributes)[0]!;
    (save as (tensors: Tensor[]) => void)([input as Tensor, y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => runOp('MaxPoolGrad', [saved[0]!, saved[1]!, dy], attributes)[0]!,
    };
  })(x);
}
