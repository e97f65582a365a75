/** A network as plain data: enough to count parameters and operations, and to find rank scales, without an engine. */

/**
 * The fans n of the variances 2/n that the published network draws its convolutions with. Dense weights: `in` is
 * k1·k2·inChannels, `out` is k1·k2·outChannels. Factors of a low-rank layer: `in` is each factor's own number of
 * inputs, `out` is k1·k2·outChannels of the dense layer, for both.
 */
export interface Fans {
  dense: 'in' | 'out';
  factors: 'in' | 'out';
}

export interface ConvShape {
  kind: 'conv';
  name: string;
  inChannels: number;
  outChannels: number;
  /** Height k1 and width k2. */
  kernel: readonly [number, number];
  stride: number;
  /** Height and width of the output. */
  outputSize: readonly [number, number];
  /** False for the first convolution, which the paper never factorizes. */
  compressible: boolean;
  /** Default: `in` for both, as the published ResNets. */
  fans?: Fans;
}

export interface LinearShape {
  kind: 'linear';
  name: string;
  inFeatures: number;
  outFeatures: number;
}

export interface BatchNormShape {
  kind: 'batch-norm';
  name: string;
  channels: number;
}

/** A layer with parameters. */
export type LayerShape = ConvShape | LinearShape | BatchNormShape;

/** Every stride-th pixel, its channels in the middle of `outChannels`, the others zero: option A of He et al. 2016. */
export interface SubsamplingShape {
  kind: 'subsampling';
  stride: number;
  inChannels: number;
  outChannels: number;
}

/** branch(x) + shortcut(x); an empty shortcut is x itself. */
export interface ResidualShape {
  kind: 'residual';
  branch: readonly Operation[];
  shortcut: readonly Operation[];
}

/** One step of a forward pass, from one batch of values to the next. */
export type Operation =
  | LayerShape
  | SubsamplingShape
  | ResidualShape
  | { kind: 'relu' }
  /** The maximum of each `size` x `size` window; windows do not overlap. */
  | { kind: 'max-pool'; size: number }
  /** The mean over height and width: [batch, height, width, channels] to [batch, channels]. */
  | { kind: 'global-average-pool' };

export interface Blueprint {
  name: string;
  /** The forward pass, first to last. */
  operations: readonly Operation[];
  /** Its layers in the order of the operations, a residual's branch before its shortcut. */
  layers: readonly LayerShape[];
}

/** A blueprint of the operations, with their layers listed. */
export function assemble(name: string, operations: readonly Operation[]): Blueprint {
  return { name, operations, layers: operations.flatMap(layersOf) };
}

function layersOf(operation: Operation): LayerShape[] {
  switch (operation.kind) {
    case 'conv':
    case 'linear':
    case 'batch-norm':
      return [operation];
    case 'residual':
      return [...operation.branch, ...operation.shortcut].flatMap(layersOf);
    default:
      return [];
  }
}

/**
 * Trainable parameters of a dense layer: no bias on convolutions, one on linear layers, scale and offset on
 * normalizations.
 */
export function denseParameters(shape: LayerShape): number {
  switch (shape.kind) {
    case 'conv':
      return shape.kernel[0] * shape.kernel[1] * shape.inChannels * shape.outChannels;
    case 'linear':
      return shape.inFeatures * shape.outFeatures + shape.outFeatures;
    case 'batch-norm':
      return 2 * shape.channels;
  }
}

/** Multiply-accumulate operations of a dense layer for one example; normalizations count none. */
export function denseMacs(shape: LayerShape): number {
  switch (shape.kind) {
    case 'conv':
      return denseParameters(shape) * shape.outputSize[0] * shape.outputSize[1];
    case 'linear':
      return shape.inFeatures * shape.outFeatures;
    case 'batch-norm':
      return 0;
  }
}

/** Whether a convolution sees one pixel at a time. */
export function isPointwise({ kernel }: ConvShape): boolean {
  return kernel[0] * kernel[1] === 1;
}

/** k1·k2·out. */
export function fanOut({ kernel, outChannels }: ConvShape): number {
  return kernel[0] * kernel[1] * outChannels;
}

/** Sums over the layers, with compressible convolutions counted by the given function. */
function total(
  blueprint: Blueprint,
  dense: (shape: LayerShape) => number,
  compressed: (shape: ConvShape) => number,
): number {
  let sum = 0;
  for (const shape of blueprint.layers) {
    sum += shape.kind === 'conv' && shape.compressible ? compressed(shape) : dense(shape);
  }
  return sum;
}

/** All trainable parameters, with compressible convolutions counted by `ofConv` (default: dense). */
export function totalParameters(blueprint: Blueprint, ofConv: (shape: ConvShape) => number = denseParameters): number {
  return total(blueprint, denseParameters, ofConv);
}

/** All multiply-accumulate operations of one example's forward pass. */
export function totalMacs(blueprint: Blueprint, ofConv: (shape: ConvShape) => number = denseMacs): number {
  return total(blueprint, denseMacs, ofConv);
}

/** Values that the convolutions put out for one example. */
export function totalOutputs({ layers }: Blueprint): number {
  return layers.reduce((sum, shape) => {
    return shape.kind === 'conv' ? sum + shape.outChannels * shape.outputSize[0] * shape.outputSize[1] : sum;
  }, 0);
}
