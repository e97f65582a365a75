import { conv2d } from '../../engine/ops/conv2d.ts';
import { depthwiseConv2d } from '../../engine/ops/depthwise-conv2d.ts';
import type { Tensor } from '../../engine/tensorflow.ts';
import { type ConvShape, denseMacs } from '../../shape/blueprint.ts';

/** One small convolution of a chain that stands for a dense one. */
export interface Link {
  label: string;
  /** [k1, k2, in, out]; of a depthwise one [k1, k2, channels, 1]. */
  filter: readonly [number, number, number, number];
  depthwise: boolean;
  /** Vertical and horizontal. */
  stride: readonly [number, number];
}

/** Entries of a link's filter. */
export function sizeOfLink({ filter }: Link): number {
  return filter.reduce((product, length) => product * length, 1);
}

/** Inputs that a value of its output is a sum over. */
export function fanInOf({ filter: [k1, k2, inChannels], depthwise }: Link): number {
  return k1 * k2 * (depthwise ? 1 : inChannels);
}

/** Multiply-accumulates of the chain for one example. */
export function chainMacs(links: readonly Link[], shape: ConvShape): number {
  return outputsOf(links, shape).reduce((sum, pixels, k) => sum + pixels * sizeOfLink(links[k]!), 0);
}

/**
 * Whether to run the chain, and not to compose the dense filter in every pass: by operations, and by the values that
 * the convolutions read and write, each of which costs as much as ten multiply-accumulates.
 *
 * Measured in training steps of single layers, one thread, batches of 16 and 32: 16 to 320 channels of 32 x 32 to 8 x 8
 * pixels, stride 1 and 2, chains of a tenth, a quarter, half and all of the dense parameters. Chains took 0.2 to 0.6 of
 * the dense time at a tenth, 0.4 to 1.6 at a half and 0.7 to 3.5 at all; composing first mostly took 1.0 to 1.2. In 94
 * of the 96 cases the form that this rule takes was the faster one or within 5 % of it. It counts operations only, so
 * that every machine takes the same form.
 */
export function runsAsChain(links: readonly Link[], shape: ConvShape): boolean {
  const outputs = outputsOf(links, shape);
  const inputs = [inputPixels(shape), ...outputs.slice(0, -1)];
  const touched = links.reduce((sum, { filter: [, , inChannels, outChannels], depthwise }, k) => {
    return sum + inputs[k]! * inChannels + outputs[k]! * (depthwise ? inChannels : outChannels);
  }, 0);
  const denseTouched = inputPixels(shape) * shape.inChannels + outputs.at(-1)! * shape.outChannels;
  return chainMacs(links, shape) + macsPerValue * touched < denseMacs(shape) + macsPerValue * denseTouched;
}

const macsPerValue = 10;

/** The links' convolutions one after another. */
export function applyChain(links: readonly Link[], filters: readonly Tensor[], x: Tensor): Tensor {
  return links.reduce((input, { depthwise, stride }, k) => {
    return depthwise ? depthwiseConv2d(input, filters[k]!, stride[0]) : conv2d(input, filters[k]!, { stride });
  }, x);
}

function inputPixels({ outputSize: [height, width], stride }: ConvShape): number {
  return height * width * stride ** 2;
}

/** Pixels of each link's output. */
function outputsOf(links: readonly Link[], shape: ConvShape): number[] {
  let pixels = inputPixels(shape);
  return links.map(({ stride }) => {
    pixels /= stride[0] * stride[1];
    return pixels;
  });
}
