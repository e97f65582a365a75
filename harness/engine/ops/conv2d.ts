import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';
import { biasAdd } from './bias-add.ts';
import { subsample } from './subsample.ts';

export interface Conv2dOptions {
  /** Vertical and horizontal stride. */
  stride: readonly [number, number];
  /** False for a layer whose input needs no gradient (the first one), which saves a backward convolution. */
  inputGradient?: boolean;
}

/**
 * Two-dimensional convolution with a padding of ⌊k/2⌋ on each side, as in the paper's PyTorch models: output position i
 * is centred on input position i·stride, so that a strided convolution and a subsampled shortcut stay aligned.
 * (TensorFlow's own SAME padding centres strided outputs one pixel further.)
 *
 * @param x [batch, height, width, in]
 * @param filter [k1, k2, in, out], odd k1 and k2
 * @returns [batch, ⌈height/stride⌉, ⌈width/stride⌉, out]
 * @throws RangeError where k1 or k2 is even: there is no centre
 */
export function conv2d(x: Tensor, filter: Tensor, { stride, inputGradient = true }: Conv2dOptions): Tensor {
  const [height, width] = [x.shape[1]!, x.shape[2]!];
  const [k1, k2] = [filter.shape[0]!, filter.shape[1]!];
  if (k1 % 2 === 0 || k2 % 2 === 0) throw new RangeError(`conv2d: a ${k1} x ${k2} filter has no centre; use odd sizes`);
  const isStrided = stride[0] > 1 || stride[1] > 1;
  // oneDNN's filter gradient of a strided 1x1 convolution writes past its buffer where input channels are few
  // (uxlfoundation/oneDNN issue 6035).
  if (k1 === 1 && k2 === 1 && isStrided) {
    return convolve(subsample(x, stride), filter, [1, 1], 'SAME', inputGradient);
  }
  const vertical = paddingOf(height, k1, stride[0]);
  const horizontal = paddingOf(width, k2, stride[1]);
  // Padding by an operation of its own keeps all three convolutions on TensorFlow's fast path, which its EXPLICIT mode
  // leaves in the backward pass.
  const input = !isStrided ? x : tf.pad(x as never, [[0, 0], vertical, horizontal, [0, 0]] as never);
  return convolve(input as Tensor, filter, stride, isStrided ? 'VALID' : 'SAME', inputGradient);
}

/** y ↦ scale∘y + offset for each pixel y; both are [channels]. */
export interface ChannelMap {
  scale: Tensor;
  offset: Tensor;
}

/**
 * A channel map of a convolution's output, as a convolution with scaled filters and a bias. A graph makes one operation
 * of it, which has the bits of the two.
 */
export function mappedConv2d(x: Tensor, filter: Tensor, { scale, offset }: ChannelMap, options: Conv2dOptions): Tensor {
  return biasAdd(conv2d(x, tf.mul(filter, scale), options), offset);
}

/** Padding before and after, so that ⌈size/stride⌉ outputs fit and the first is centred on input 0. */
export function paddingOf(size: number, kernel: number, stride: number): [number, number] {
  const before = Math.floor(kernel / 2);
  const after = (Math.ceil(size / stride) - 1) * stride + kernel - size - before;
  return [before, Math.max(0, after)];
}

/**
 * Vector operations per pixel and filter tap of a filter gradient: each of `inner` channels meets the `outer` ones, a
 * vector of them at a time. Where the roles of input and output gradient are exchanged in
 * ∂filter[k, i, o] = Σ_p x[p + k, i]·dy[p, o] = Σ_q dy[q − k, o]·x[q, i], the result is mirrored and transposed, and a
 * layer to few channels takes as few operations as one from few channels.
 */
function vectorSteps(inner: number, outer: number): number {
  return inner * Math.ceil(outer / floatsPerVector);
}

/**
 * Of AVX-512; narrower vectors only make the difference smaller. Not asked of the machine: all take the same choice.
 */
const floatsPerVector = 16;

function convolve(
  x: Tensor,
  filter: Tensor,
  stride: readonly [number, number],
  padding: string,
  inputGradient: boolean,
): Tensor {
  const attributes: Attributes = {
    T: { type: 'float32' },
    strides: { int: [1, stride[0], stride[1], 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
    use_cudnn_on_gpu: { bool: true },
    dilations: { int: [1, 1, 1, 1] },
  };
  const forward = (input: Tensor, kernel: Tensor) =>
    neverAlone(input, (images) => runOp('Conv2D', [images, kernel], attributes)[0]!);
  const forInput = (dy: Tensor, kernel: Tensor) =>
    runOp('Conv2DBackpropInput', [tf.tensor1d(x.shape, 'int32'), kernel, dy], attributes)[0]!;
  const filterGradient = (input: Tensor, shape: number[], dy: Tensor) =>
    runOp('Conv2DBackpropFilter', [input, tf.tensor1d(shape, 'int32'), dy], attributes)[0]!;
  const [k1, k2, inChannels, outChannels] = filter.shape as [number, number, number, number];
  const swapped = padding === 'SAME' && vectorSteps(outChannels, inChannels) < vectorSteps(inChannels, outChannels);
  const forFilter = (dy: Tensor, input: Tensor) => {
    if (!swapped) return filterGradient(input, filter.shape, dy);
    const mirrored = filterGradient(dy, [k1, k2, outChannels, inChannels], input);
    return tf.transpose(tf.reverse(mirrored, [0, 1]), [0, 1, 3, 2]);
  };
  if (!inputGradient) {
    return tf.customGrad((kernel, save) => {
      // Saved, because a padded input is no feed of the step and would be disposed before the backward pass.
      (save as (tensors: Tensor[]) => void)([x]);
      return {
        value: forward(x, kernel as Tensor),
        gradFunc: (dy: Tensor, saved: Tensor[]) => forFilter(dy, saved[0]!),
      };
    })(filter);
  }
  return tf.customGrad((input, kernel, save) => {
    (save as (tensors: Tensor[]) => void)([input as Tensor, kernel as Tensor]);
    return {
      value: forward(input as Tensor, kernel as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [forInput(dy, saved[1]!), forFilter(dy, saved[0]!)],
    };
  })(x, filter);
}

/**
 * What `convolved` gives for x. oneDNN's convolution of a single image adds up in an order that the processor's caches
 * decide, and that of two does not: a single one is accompanied by its copy.
 */
function neverAlone(x: Tensor, convolved: (images: Tensor) => Tensor): Tensor {
  if (x.shape[0] !== 1) return convolved(x);
  return tf.tidy(() => tf.slice(convolved(tf.concat([x, x])), 0, 1));
}
