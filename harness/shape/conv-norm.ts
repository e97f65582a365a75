import type { BatchNormShape, ConvShape, Fans } from './blueprint.ts';

/** A convolution by what its layers are named after, and in the terms of square filters and outputs. */
export interface ConvOptions {
  name: string;
  inChannels: number;
  outChannels: number;
  /** Height and width of the square filter. */
  kernel: number;
  stride: number;
  /** Height and width of the square output. */
  outputs: number;
  compressible: boolean;
  fans?: Fans;
}

/** The convolution `<name>.conv`, without bias. */
export function conv({ name, kernel, outputs, ...shape }: ConvOptions): ConvShape {
  const sizes = { kernel: [kernel, kernel], outputSize: [outputs, outputs] } as const;
  return { kind: 'conv', name: `${name}.conv`, ...shape, ...sizes };
}

/** A convolution without bias and the batch normalization after it, as every network here has them. */
export function convNorm(options: ConvOptions): [ConvShape, BatchNormShape] {
  return [conv(options), { kind: 'batch-norm', name: `${options.name}.norm`, channels: options.outChannels }];
}
