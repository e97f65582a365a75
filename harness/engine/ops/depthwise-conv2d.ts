import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';
import { paddingOf } from './conv2d.ts';

/**
 * Depthwise convolution, y[n, i, j, c] = Σ_ab x[n, i·s + a − ⌊k1/2⌋, j·s + b − ⌊k2/2⌋, c]·f[a, b, c]: one filter a
 * channel, with the padding of `conv2d`.
 *
 * @param x [batch, height, width, channels]
 * @param filter [k1, k2, channels, 1], odd k1 and k2
 * @returns [batch, ⌈height/stride⌉, ⌈width/stride⌉, channels]
 * @throws RangeError where k1 or k2 is even: there is no centre
 */
export function depthwiseConv2d(x: Tensor, filter: Tensor, stride: number): Tensor {
  const [height, width] = [x.shape[1]!, x.shape[2]!];
  const [k1, k2] = [filter.shape[0]!, filter.shape[1]!];
  if (k1 % 2 === 0 || k2 % 2 === 0) {
    throw new RangeError(`depthwiseConv2d: a ${k1} x ${k2} filter has no centre; use odd sizes`);
  }
  if (stride === 1) return convolve(x, filter, stride, 'SAME');
  const padding = [[0, 0], paddingOf(height, k1, stride), paddingOf(width, k2, stride), [0, 0]];
  return convolve(tf.pad(x as never, padding as never) as Tensor, filter, stride, 'VALID');
}

function convolve(x: Tensor, filter: Tensor, stride: number, padding: string): Tensor {
  const attributes: Attributes = {
    T: { type: 'float32' },
    strides: { int: [1, stride, stride, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
    dilations: { int: [1, 1, 1, 1] },
  };
  const sizes = (of: Tensor) => tf.tensor1d(of.shape, 'int32');
  return tf.customGrad((input, kernel, save) => {
    (save as (tensors: Tensor[]) => void)([input as Tensor, kernel as Tensor]);
    return {
      value: runOp('DepthwiseConv2dNative', [input as Tensor, kernel as Tensor], attributes)[0]!,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [savedX, savedFilter] = saved as [Tensor, Tensor];
        return [
          runOp('DepthwiseConv2dNativeBackpropInput', [sizes(savedX), savedFilter, dy], attributes)[0]!,
          runOp('DepthwiseConv2dNativeBackpropFilter', [savedX, sizes(savedFilter), dy], attributes)[0]!,
        ];
      },
    };
  })(x, filter);
}
