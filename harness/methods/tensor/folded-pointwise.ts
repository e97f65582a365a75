import { matMul } from '../../engine/algebra/mat-mul.ts';
import { depthwiseConv2d } from '../../engine/ops/depthwise-conv2d.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { type Variable, variableOf } from '../../engine/variable.ts';
import { UsageError } from '../../errors.ts';
import { independentCores } from '../../init/independent-cores.ts';
import { depthwiseWeight, pointwiseVariance, pointwiseWeight } from '../../init/pointwise-weight.ts';
import { denseConv, filterMatrix } from '../../nn/conv-layer.ts';
import type { CompressibleLayer } from '../../nn/layer.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import type { Streams, Uniform } from '../../random.ts';
import { type ConvShape, denseMacs, denseParameters, isPointwise } from '../../shape/blueprint.ts';
import type { InitName } from '../../spec/words.ts';
import { equalNorms, type NdArray, ndArray, sizeOf } from '../../tensor/nd-array.ts';
import { inLayer, ofLayer } from '../in-layer.ts';

/** What a format makes of an out x in matrix at a rank scale. */
export interface CorePlan {
  /** Shape of the tensor that the matrix is folded into, its entries in their order. */
  dims: readonly number[];
  ranks: readonly number[];
  shapes: readonly (readonly number[])[];
  /** Multiply-accumulates of composing the tensor. */
  macs: number;
  /** How many products of core entries are summed in an entry of the tensor. */
  paths: number;
  /** Where a rank is less than the scale asks for. */
  warning?: string | undefined;
}

export interface Decomposed {
  cores: NdArray[];
  /** What did not go as asked. */
  warning?: string;
}

/** A way to write the out x in matrix of a pointwise convolution as a tensor of few parameters. */
export interface PointwiseFormat {
  readonly name: string;
  /** Where it was published. */
  readonly source?: string;
  /** What it computes, in a sentence. */
  readonly definition?: string;
  /** Names of the cores, in the order of all lists of them. */
  readonly cores: readonly string[];
  /**
   * Its parameters must not fall as the scale grows, from rank 1 at 0 to an exact decomposition at 1.
   *
   * @throws UsageError where the matrix cannot be folded
   */
  plan(rows: number, columns: number, scale: number): CorePlan;
  /** `uniform` is a stream for what the decomposition draws. */
  decompose(tensor: NdArray, plan: CorePlan, uniform: Uniform): Decomposed;
  /** The tensor, of the plan's dims. */
  compose(cores: readonly Tensor[]): Tensor;
  /** Gradients of ½‖W‖²_F for the cores. */
  decay(cores: readonly Tensor[]): Tensor[];
}

/**
 * A method for convolutions (Khodak et al. 2021, section 4.2, released code): k1 x k2 becomes a depthwise k1 x k2
 * convolution, which takes the stride, and a pointwise one whose out x in matrix W is a tensor in a format of few
 * parameters, composed in every pass. A 1 x 1 convolution stays dense.
 *
 * Initializations: `default` decomposes a draw of U(±1/√in), as published; `spectral` one of N(0, 2/out), and rescales
 * the cores to equal norms; `iid` draws each core by itself, for a W of variance 2/out. Frobenius decay acts on W
 * alone: the depthwise kernel is a weight like any other.
 */
export function foldedPointwise(format: PointwiseFormat): LayerMethod {
  return {
    kind: 'layer',
    name: format.name,
    source: format.source,
    definition: format.definition,
    compresses: true,
    inits: ['default', 'spectral', 'iid'],
    parameters(shape, scale) {
      if (isPointwise(shape)) return denseParameters(shape);
      const { shapes } = planOf(format, shape, scale);
      return shapes.reduce((sum, core) => sum + sizeOf(core), depthwiseSize(shape));
    },
    macs(shape, scale) {
      if (isPointwise(shape)) return denseMacs(shape);
      const { inChannels, outChannels, outputSize } = shape;
      const perPixel = depthwiseSize(shape) + inChannels * outChannels;
      return perPixel * outputSize[0] * outputSize[1] + planOf(format, shape, scale).macs;
    },
    compositionMacs: (shape, scale) => (isPointwise(shape) ? 0 : planOf(format, shape, scale).macs),
    build(shape, scale, init, streams) {
      if (isPointwise(shape)) return denseConv(shape, streams, true);
      return foldedConv(format, shape, planOf(format, shape, scale), init, streams);
    },
  };
}

/** Parameters of the depthwise kernel, and its multiply-accumulates a pixel. */
function depthwiseSize({ kernel, inChannels }: ConvShape): number {
  return kernel[0] * kernel[1] * inChannels;
}

/**
 * @throws UsageError naming the layer, where its kernel is even, its matrix cannot be folded or the rank scale is above
 *   1
 */
function planOf(format: PointwiseFormat, shape: ConvShape, scale: number): CorePlan {
  const { name, kernel, inChannels, outChannels } = shape;
  return inLayer(format.name, name, () => {
    if (kernel.some((size) => size % 2 === 0)) {
      const refused = `a ${kernel.join(' x ')} kernel has no centre for the depthwise convolution`;
      throw new UsageError(`${refused}; use odd sizes`);
    }
    if (!(scale >= 0 && scale <= 1)) {
      const asked = `rank scale ${scale} asks for ranks above those of its ${outChannels} x ${inChannels} pointwise matrix`;
      throw new UsageError(`${asked}; use one from 0 to 1`);
    }
    return format.plan(outChannels, inChannels, scale);
  });
}

function foldedConv(
  format: PointwiseFormat,
  shape: ConvShape,
  plan: CorePlan,
  init: InitName,
  streams: Streams,
): CompressibleLayer {
  const { name, kernel, inChannels, outChannels, stride } = shape;
  const { variables: cores, warnings } = startingCores(format, shape, plan, init, streams);
  const sentences = [plan.warning, ...warnings].filter((warning) => warning !== undefined);
  const kernelShape = [...kernel, inChannels, 1];
  const depthwise = variableOf(`${name}.depthwise`, 'weight', depthwiseWeight(shape, streams), kernelShape);
  const values = () => cores.map(({ value }) => value);
  const pointwise = () => tf.reshape(format.compose(values()), [outChannels, inChannels]);
  return {
    variables: [...cores, depthwise],
    warnings: sentences.map((sentence) => ofLayer(format.name, name, sentence)),
    apply(x) {
      const filtered = depthwiseConv2d(x, depthwise.value, stride);
      const [batch, height, width] = filtered.shape as [number, number, number];
      const pixels = tf.reshape(filtered, [batch * height * width, inChannels]);
      return tf.reshape(matMul(pixels, pointwise(), { transposeB: true }), [batch, height, width, outChannels]);
    },
    matrix: () => tf.tidy(() => filterMatrix(tf.mul(depthwise.value, tf.transpose(pointwise())))),
    frobeniusGradients: () => format.decay(values()),
  };
}

interface StartingCores {
  variables: Variable[];
  warnings: string[];
}

function startingCores(
  format: PointwiseFormat,
  shape: ConvShape,
  plan: CorePlan,
  init: InitName,
  streams: Streams,
): StartingCores {
  const { name } = shape;
  const variablesOf = (cores: readonly (readonly [Float32Array, readonly number[]])[]) =>
    cores.map(([data, size], k) => variableOf(`${name}.${format.cores[k]}`, 'factor', data, [...size]));
  if (init === 'iid') {
    const draws = independentCores(plan.shapes, pointwiseVariance(shape) / plan.paths, (k) =>
      streams(`weights/${name}.${format.cores[k]}`),
    );
    return { variables: variablesOf(draws.map((draw, k) => [draw, plan.shapes[k]!])), warnings: [] };
  }
  const weight = pointwiseWeight(shape, init === 'spectral' ? 'normal' : 'uniform', streams);
  const tensor = ndArray(plan.dims, weight);
  const uniform = streams(`weights/${name}.decomposition`);
  const { cores, warning } = inLayer(format.name, name, () => format.decompose(tensor, plan, uniform));
  const balanced = init === 'spectral' ? equalNorms(cores) : cores;
  return {
    variables: variablesOf(balanced.map((core) => [Float32Array.from(core.data), core.shape])),
    warnings: warning === undefined ? [] : [warning],
  };
}
