import type { BatchNormShape, ConvShape } from './blueprint.ts';

/** A convolution and its normalization, both named after `name`. */
export interface ConvNormOptions {
  name: string;
  inChannels: number;
  outChannels: number;
  /** Height and width of the square filter. */
  kernel: number;
  stride: number;
  /** Height and width of the square output. */
  outputs: number;
  compressible: boolean;
}

/** A convolution without bias and the batch normalization after it, as every network here has them. */
export function convNorm(options: ConvNormOptions): [ConvShape, BatchNormShape] {
  const { name, inChannels, outChannels, kernel, stride, outputs, compressible } = options;
  return [
    {
      ...{ kind: 'conv', name: `${name}.conv`, inChannels, outChannels, kernel: [kernel, kernel], stride },
      ...{ outputSize: [outputs, outputs], compressible },
    },
    { kind: 'batch-norm', name: `${name}.norm`, channels: outChannels },
  ];
}
