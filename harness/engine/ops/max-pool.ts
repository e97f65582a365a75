import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';

/**
 * The maximum of each `size` x `size` window, windows side by side. The gradient goes to the window's largest input, to
 * the first of them in row order where several are equal.
 *
 * @param x [batch, height, width, channels]; rows and columns beyond the last whole window are left out
 * @returns [batch, ⌊height/size⌋, ⌊width/size⌋, channels]
 */
export function maxPool(x: Tensor, size: number): Tensor {
  const attributes = windows(size);
  return tf.customGrad((input, save) => {
    const y = runOp('MaxPool', [input as Tensor], attributes)[0]!;
    (save as (tensors: Tensor[]) => void)([input as Tensor, y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => runOp('MaxPoolGrad', [saved[0]!, saved[1]!, dy], attributes)[0]!,
    };
  })(x);
}

/**
 * The derivative of y = maxPool(x, size) along ẋ: the entry of ẋ at each window's largest input, the first of them
 * where several are equal. Gradients are for ẋ; those for x and y are zero wherever they exist.
 */
export function maxPoolTangent(x: Tensor, y: Tensor, tangent: Tensor, size: number): Tensor {
  const attributes = windows(size);
  return tf.customGrad((input, save) => {
    (save as (tensors: Tensor[]) => void)([x, y]);
    return {
      value: runOp('MaxPoolGradGrad', [x, y, input as Tensor], attributes)[0]!,
      gradFunc: (dy: Tensor, saved: Tensor[]) => runOp('MaxPoolGrad', [saved[0]!, saved[1]!, dy], attributes)[0]!,
    };
  })(tangent);
}

function windows(size: number): Attributes {
  return {
    T: { type: 'float32' },
    ksize: { int: [1, size, size, 1] },
    strides: { int: [1, size, size, 1] },
    padding: { string: 'VALID' },
    data_format: { string: 'NHWC' },
  };
}
