import { UsageError } from '../errors.ts';
import type { Blueprint, ConvShape, LayerShape } from './blueprint.ts';

export interface ResnetOptions {
  /** 6n + 2: 20, 32, 44, 56, 110. */
  depth: number;
  /** Channels of the first stage; 16 in He et al. 2016, more for wide networks. */
  width: number;
  classes: number;
  /** Height and width of the square input. */
  size: number;
  inputChannels: number;
}

/**
 * The CIFAR ResNet of He et al. 2016, section 4.2: a 3x3 convolution, three stages of n blocks with two 3x3
 * convolutions each and widths (w, 2w, 4w), batch norm after every convolution, average pooling, one linear layer.
 * Shortcuts are option A (subsampling and zero channels), without parameters.
 *
 * @throws UsageError where the depth is not 6n + 2.
 */
export function resnetBlueprint({ depth, width, classes, size, inputChannels }: ResnetOptions): Blueprint {
  const blocks = blocksPerStage(depth);
  const layers: LayerShape[] = [];
  const convolution = (
    name: string,
    inChannels: number,
    outChannels: number,
    stride: number,
    outputs: number,
    compressible: boolean,
  ) => {
    const shape: ConvShape = {
      kind: 'conv',
      name: `${name}.conv`,
      inChannels,
      outChannels,
      kernel: [3, 3],
      stride,
      outputSize: [outputs, outputs],
      compressible,
    };
    layers.push(shape, { kind: 'batch-norm', name: `${name}.norm`, channels: outChannels });
  };
  convolution('stem', inputChannels, width, 1, size, false);
  let channels = width;
  let outputs = size;
  for (let stage = 0; stage < 3; stage++) {
    const outChannels = width * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      outputs = Math.ceil(outputs / stride);
      const name = `stage${stage + 1}.block${block + 1}`;
      convolution(`${name}.1`, channels, outChannels, stride, outputs, true);
      convolution(`${name}.2`, outChannels, outChannels, 1, outputs, true);
      channels = outChannels;
    }
  }
  layers.push({ kind: 'linear', name: 'classifier', inFeatures: channels, outFeatures: classes });
  return { name: resnetName(depth, width), layers };
}

/** `resnet-20` at the published width of 16, `resnet-32-w64` at others. */
export function resnetName(depth: number, width: number): string {
  return width === 16 ? `resnet-${depth}` : `resnet-${depth}-w${width}`;
}

function blocksPerStage(depth: number): number {
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new UsageError(`model resnet: depth ${depth} is not of the form 6n+2; use 8, 14, 20, 32, 44, 56 or 110`);
  }
  return blocks;
}
