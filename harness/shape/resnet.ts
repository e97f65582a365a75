import { UsageError } from '../errors.ts';
import { resnetName } from '../spec/model-names.ts';
import { assemble, type Blueprint, type Operation } from './blueprint.ts';
import { convNorm } from './conv-norm.ts';

/**
 * How a block's input passes by its convolutions where their shapes differ. `option-a`: subsampling and zero channels,
 * without parameters (He et al. 2016). `projection`: a 1x1 convolution and batch norm, as in the networks that the
 * compression experiments train (Khodak et al. 2021, section 4, after Wang et al. 2019).
 */
export type Shortcut = 'option-a' | 'projection';

export interface ResnetOptions {
  /** 6n + 2: 20, 32, 44, 56, 110. */
  depth: number;
  /** Channels of the first stage; 16 in He et al. 2016, more for wide networks. */
  width: number;
  classes: number;
  /** Height and width of the square input. */
  size: number;
  inputChannels: number;
  /** Default: `option-a`. */
  shortcut?: Shortcut;
}

/**
 * The CIFAR ResNet of He et al. 2016, section 4.2: a 3x3 convolution, three stages of n blocks with two 3x3
 * convolutions each and widths (w, 2w, 4w), batch norm after every convolution, average pooling, one linear layer.
 *
 * @throws UsageError where the depth is not 6n + 2.
 */
export function resnetBlueprint(options: ResnetOptions): Blueprint {
  const { depth, width, classes, size, inputChannels, shortcut = 'option-a' } = options;
  const blocks = blocksPerStage(depth);
  const relu: Operation = { kind: 'relu' };
  const stem = { inChannels: inputChannels, outChannels: width, kernel: 3, stride: 1, outputs: size };
  const operations: Operation[] = [...convNorm({ name: 'stem', ...stem, compressible: false }), relu];
  let channels = width;
  let outputs = size;
  for (let stage = 0; stage < 3; stage++) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      outputs = Math.ceil(outputs / stride);
      const name = `stage${stage + 1}.block${block + 1}`;
      const shape = { inChannels: channels, outChannels: width * 2 ** stage, stride, outputs };
      operations.push(residual({ name, ...shape }, shortcut), relu);
      channels = shape.outChannels;
    }
  }
  operations.push(
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'classifier', inFeatures: channels, outFeatures: classes },
  );
  return assemble(resnetName(depth, width, shortcut), operations);
}

interface Block {
  name: string;
  inChannels: number;
  outChannels: number;
  stride: number;
  outputs: number;
}

function residual({ name, ...shape }: Block, shortcut: Shortcut): Operation {
  const { inChannels, outChannels, stride, outputs } = shape;
  const second = { inChannels: outChannels, outChannels, kernel: 3, stride: 1, outputs, compressible: true };
  const branch: Operation[] = [
    ...convNorm({ name: `${name}.1`, ...shape, kernel: 3, compressible: true }),
    { kind: 'relu' },
    ...convNorm({ name: `${name}.2`, ...second }),
  ];
  if (stride === 1 && inChannels === outChannels) return { kind: 'residual', branch, shortcut: [] };
  const passing: Operation[] =
    shortcut === 'projection'
      ? convNorm({ name: `${name}.shortcut`, ...shape, kernel: 1, compressible: true })
      : [{ kind: 'subsampling', stride, inChannels, outChannels }];
  return { kind: 'residual', branch, shortcut: passing };
}

function blocksPerStage(depth: number): number {
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new UsageError(`model resnet: depth ${depth} is not of the form 6n+2; use 8, 14, 20, 32, 44, 56 or 110`);
  }
  return blocks;
}
