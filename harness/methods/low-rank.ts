import { conv2d, mappedConv2d } from '../engine/ops/conv2d.ts';
import { type Tensor, type Tensor2D, tf } from '../engine/tensorflow.ts';
import { Variable, variableOf } from '../engine/variable.ts';
import { denseConvWeight } from '../init/conv-weight.ts';
import { heNormal } from '../init/he-normal.ts';
import { filterMatrix } from '../nn/conv-layer.ts';
import type { CompressibleLayer } from '../nn/layer.ts';
import type { LayerMethod } from '../nn/layer-method.ts';
import type { Streams } from '../random.ts';
import { type ConvShape, denseMacs, fanOut } from '../shape/blueprint.ts';
import type { InitName } from '../spec/words.ts';
import type { BalancedFactors, SpectralOptions } from '../tensor/balanced-factors.ts';
import { composeLowRank, factorTensors, frobeniusGradients, spectralFactors } from '../tensor/low-rank.ts';
import { lowRankMatrices } from './low-rank-matrix.ts';
import { roundHalfEven } from './round.ts';

/**
 * Low-rank convolution (Khodak et al. 2021, section 4.1): the weight as the (out·k1) x (in·k2) matrix W = UVᵀ.
 * Below rank scale 1 it runs as a (1 x k2) convolution to r channels and a (k1 x 1) convolution to the outputs; at or
 * above, where that would cost more than the dense layer, the dense weight is recomposed in every pass.
 */
export const lowRank: LayerMethod = {
  kind: 'layer',
  name: 'low-rank',
  source: 'Khodak et al. 2021, section 4.1',
  definition:
    'W, as the (out·k1) x (in·k2) matrix of a convolution, is the product UVᵀ of two trained factors of rank r, one rank scale for all layers.',
  compresses: true,
  inits: ['default', 'spectral', 'spectral-ones'],
  largestScale: Number.POSITIVE_INFINITY,
  parameters(shape, scale) {
    const [k1, k2] = shape.kernel;
    return rankOf(shape, scale) * (shape.outChannels * k1 + shape.inChannels * k2);
  },
  macs(shape, scale) {
    if (scale >= 1) return denseMacs(shape) + compositionMacs(shape, scale);
    const [k1, k2] = shape.kernel;
    const [height, width] = shape.outputSize;
    const rank = rankOf(shape, scale);
    // The first convolution strides horizontally only, so it still works on every input row.
    const inputHeight = height * shape.stride;
    return rank * (shape.inChannels * k2 * inputHeight * width + shape.outChannels * k1 * height * width);
  },
  compositionMacs: (shape, scale) => (scale >= 1 ? compositionMacs(shape, scale) : 0),
  factorization(shape, scale, init, streams) {
    if (init === 'default') return null;
    const { kernel, inChannels, outChannels } = shape;
    return {
      shape: [outChannels * kernel[0], inChannels * kernel[1]],
      rank: rankOf(shape, scale),
      options: spectralOptions(init),
      entries: () => tf.tidy(() => denseMatrix(shape, streams).dataSync() as Float32Array),
    };
  },
  build: lowRankConv,
  matrices: lowRankMatrices,
};

/** r = max(1, round(s·out·k1)): scaled by the output side, whichever side is smaller. */
export function rankOf(shape: ConvShape, scale: number): number {
  return Math.max(1, roundHalfEven(scale * shape.outChannels * shape.kernel[0]));
}

/** Operations of UVᵀ itself, spent once a batch; charged to the one example that a forward pass is counted for. */
function compositionMacs(shape: ConvShape, scale: number): number {
  return rankOf(shape, scale) * shape.outChannels * shape.kernel[0] * shape.inChannels * shape.kernel[1];
}

function lowRankConv(
  shape: ConvShape,
  scale: number,
  init: InitName,
  streams: Streams,
  factors?: BalancedFactors,
): CompressibleLayer {
  const { u, v } = convFactors(shape, rankOf(shape, scale), init, streams, factors);
  return {
    variables: [u, v],
    ...twoFactorConv(shape, scale, { u: () => u.value, v: () => v.value }),
    matrix: () => tf.tidy(() => composeLowRank(uMatrixOf(u.value), vMatrixOf(v.value))),
    frobeniusGradients: () =>
      tf.tidy(() => {
        const gradients = frobeniusGradients(uMatrixOf(u.value), vRows(v.value));
        return [uFilterOf(gradients.u, shape), tf.reshape(gradients.v, v.value.shape)];
      }),
  };
}

/** Filters u [k1, 1, r, out] and v [1, k2, in, r] as they are when a pass asks for them. */
export interface FilterPair {
  u(): Tensor;
  v(): Tensor;
}

/**
 * The convolution with W = UVᵀ in the form that is the cheaper one: below rank scale 1 as two convolutions, whose
 * filters u and v are as they are; from there on as one, recomposed in every pass.
 */
export function twoFactorConv(
  { stride, kernel: [k1, k2], inChannels, outChannels }: ConvShape,
  scale: number,
  { u, v }: FilterPair,
): Pick<Required<CompressibleLayer>, 'apply' | 'applyMapped'> {
  if (scale < 1) {
    const reduced = (x: Tensor) => conv2d(x, v(), { stride: [1, stride] });
    return {
      apply: (x) => conv2d(reduced(x), u(), { stride: [stride, 1] }),
      applyMapped: (x, map) => mappedConv2d(reduced(x), u(), map, { stride: [stride, 1] }),
    };
  }
  const composed = () => {
    const rank = u().shape[2]!;
    const uColumns = tf.reshape(tf.transpose(u(), [2, 0, 1, 3]), [rank, k1 * outChannels]) as Tensor2D;
    const product = tf.reshape(tf.matMul(vRows(v()), uColumns), [k2, inChannels, k1, outChannels]);
    return tf.transpose(product, [2, 0, 1, 3]);
  };
  return {
    apply: (x) => conv2d(x, composed(), { stride: [stride, stride] }),
    applyMapped: (x, map) => mappedConv2d(x, composed(), map, { stride: [stride, stride] }),
  };
}

/** Filter [1, k2, in, r] to the rows of V in the filter's own order, [k2·in, r]. */
export function vRows(v: Tensor): Tensor2D {
  const [, k2, inChannels, rank] = v.shape as [number, number, number, number];
  return tf.reshape(v, [k2 * inChannels, rank]);
}

/** U [out·k1, r], or what is of its shape, as a filter [k1, 1, r, out]. */
export function uFilterOf(matrix: Tensor, { kernel: [k1], outChannels }: ConvShape): Tensor {
  const rank = matrix.shape[1]!;
  const filter = tf.transpose(tf.reshape(matrix, [outChannels, k1, rank]), [1, 2, 0]);
  return tf.reshape(filter, [k1, 1, rank, outChannels]);
}

/** Filter [k1, 1, r, out] to U [out·k1, r]. */
export function uMatrixOf(u: Tensor): Tensor2D {
  const [k1, , rank, out] = u.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(tf.reshape(u, [k1, rank, out]), [2, 0, 1]), [out * k1, rank]);
}

/** Filter [1, k2, in, r] to V [in·k2, r]. */
export function vMatrixOf(v: Tensor): Tensor2D {
  const [, k2, inChannels, rank] = v.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(tf.reshape(v, [k2, inChannels, rank]), [1, 0, 2]), [inChannels * k2, rank]);
}

/** The variables u [k1, 1, r, out] and v [1, k2, in, r]. */
export interface ConvFactors {
  u: Variable;
  v: Variable;
}

/**
 * The two factors of a convolution as the initialization draws them.
 *
 * @param factors what `factorization` comes to, where it has been computed
 */
export function convFactors(
  shape: ConvShape,
  rank: number,
  init: InitName,
  streams: Streams,
  factors?: BalancedFactors,
): ConvFactors {
  return init === 'default' ? defaultConv(shape, rank, streams) : spectralConv(shape, rank, init, streams, factors);
}

/**
 * As the paper's code: for ResNets He normal on each factor, U of variance 2/r and V of variance 2/(in·k2); for VGG and
 * wide ResNets, whose shapes say so, both of variance 2/(k1·k2·out).
 */
function defaultConv(shape: ConvShape, rank: number, streams: Streams): ConvFactors {
  const { name, inChannels, outChannels } = shape;
  const [k1, k2] = shape.kernel;
  const [fanU, fanV] = shape.fans?.factors === 'out' ? [fanOut(shape), fanOut(shape)] : [rank, inChannels * k2];
  const u = heNormal(outChannels * k1 * rank, fanU, streams(`weights/${name}.u`));
  const v = heNormal(inChannels * k2 * rank, fanV, streams(`weights/${name}.v`));
  return {
    u: variableOf(`${name}.u`, 'factor', u, [k1, 1, rank, outChannels]),
    v: variableOf(`${name}.v`, 'factor', v, [1, k2, inChannels, rank]),
  };
}

function spectralConv(
  shape: ConvShape,
  rank: number,
  init: InitName,
  streams: Streams,
  factors?: BalancedFactors,
): ConvFactors {
  const { name } = shape;
  const { u, v } = tf.tidy(() =>
    factors === undefined
      ? spectralFilters(denseMatrix(shape, streams), shape, rank, spectralOptions(init))
      : filtersOf(factorTensors(factors), shape),
  );
  return { u: new Variable(`${name}.u`, 'factor', u), v: new Variable(`${name}.v`, 'factor', v) };
}

/** W [out·k1, in·k2] of the dense layer's own draw. */
function denseMatrix(shape: ConvShape, streams: Streams): Tensor {
  const { kernel, inChannels, outChannels } = shape;
  return filterMatrix(tf.tensor(denseConvWeight(shape, streams), [...kernel, inChannels, outChannels]));
}

function spectralOptions(init: InitName): SpectralOptions {
  return { ones: init === 'spectral-ones' };
}

/**
 * The two convolutions of a convolution's matrix W [out·k1, in·k2]: its spectral factors as filters.
 *
 * @returns u [k1, 1, r, out] and v [1, k2, in, r]
 */
export function spectralFilters(
  matrix: Tensor,
  shape: ConvShape,
  rank: number,
  options: SpectralOptions = {},
): { u: Tensor; v: Tensor } {
  return tf.tidy(() => filtersOf(spectralFactors(matrix, rank, options), shape));
}

/** Factors [out·k1, r] and [in·k2, r] as filters. */
function filtersOf(factors: { u: Tensor; v: Tensor }, shape: ConvShape): { u: Tensor; v: Tensor } {
  const { kernel, inChannels } = shape;
  const [, k2] = kernel;
  const rank = factors.v.shape[1]!;
  const forV = tf.transpose(tf.reshape(factors.v, [inChannels, k2, rank]), [1, 0, 2]);
  return { u: uFilterOf(factors.u, shape), v: tf.reshape(forV, [1, k2, inChannels, rank]) };
}
