import { UsageError } from '../errors.ts';
import { wideResnetName } from '../spec/model-names.ts';
import { assemble, type BatchNormShape, type Blueprint, type Fans, type Operation } from './blueprint.ts';
import { conv } from './conv-norm.ts';

export interface WideResnetOptions {
  /** 6n + 4: 10, 16, 22, 28, 34, 40. */
  depth: number;
  /** Widening factor k: channels (16k, 32k, 64k) in the three stages. */
  widen: number;
  classes: number;
  /** Height and width of the square input. */
  size: number;
  inputChannels: number;
}

/** As the tensor experiments draw it (Khodak et al. 2021, released code): all variances by the outputs. */
const fans: Fans = { dense: 'out', factors: 'out' };

/** Channels of the first convolution, and of the first stage at a widening factor of 1. */
const baseWidth = 16;

/**
 * The wide ResNet of Zagoruyko and Komodakis 2016, table 1, without dropout: a 3x3 convolution, three stages of n
 * blocks and widths (16k, 32k, 64k), batch norm and ReLU, average pooling, one linear layer. A block is batch norm,
 * ReLU and a 3x3 convolution, twice, added to its input. Where a block changes the shape, its first batch norm and ReLU
 * come before both ways, and the shortcut is a 1x1 convolution without batch norm.
 *
 * @throws UsageError where the depth is not 6n + 4.
 */
export function wideResnetBlueprint({ depth, widen, classes, size, inputChannels }: WideResnetOptions): Blueprint {
  const blocks = blocksPerStage(depth);
  const stem = { inChannels: inputChannels, outChannels: baseWidth, kernel: 3, stride: 1, outputs: size };
  const operations: Operation[] = [conv({ name: 'stem', ...stem, compressible: false, fans })];
  let channels = baseWidth;
  let outputs = size;
  for (let stage = 0; stage < 3; stage++) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      outputs = Math.ceil(outputs / stride);
      const name = `stage${stage + 1}.block${block + 1}`;
      const shape = { inChannels: channels, outChannels: baseWidth * widen * 2 ** stage, stride, outputs };
      operations.push(...blockOf({ name, ...shape }));
      channels = shape.outChannels;
    }
  }
  operations.push(
    ...activation('head', channels),
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'classifier', inFeatures: channels, outFeatures: classes },
  );
  return assemble(wideResnetName(depth, widen), operations);
}

interface Block {
  name: string;
  inChannels: number;
  outChannels: number;
  stride: number;
  outputs: number;
}

function blockOf({ name, ...shape }: Block): Operation[] {
  const { inChannels, outChannels, outputs } = shape;
  const before = activation(`${name}.1`, inChannels);
  const convolutions: Operation[] = [
    conv({ name: `${name}.1`, ...shape, kernel: 3, compressible: true, fans }),
    ...activation(`${name}.2`, outChannels),
    conv({
      name: `${name}.2`,
      inChannels: outChannels,
      outChannels,
      kernel: 3,
      stride: 1,
      outputs,
      compressible: true,
      fans,
    }),
  ];
  if (shape.stride === 1 && inChannels === outChannels) {
    return [{ kind: 'residual', branch: [...before, ...convolutions], shortcut: [] }];
  }
  const projection = conv({ name: `${name}.shortcut`, ...shape, kernel: 1, compressible: true, fans });
  return [...before, { kind: 'residual', branch: convolutions, shortcut: [projection] }];
}

/** Batch norm `<name>.norm` and ReLU. */
function activation(name: string, channels: number): [BatchNormShape, Operation] {
  return [{ kind: 'batch-norm', name: `${name}.norm`, channels }, { kind: 'relu' }];
}

function blocksPerStage(depth: number): number {
  const blocks = (depth - 4) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new UsageError(`model wide-resnet: depth ${depth} is not of the form 6n+4; use 10, 16, 22, 28, 34 or 40`);
  }
  return blocks;
}
