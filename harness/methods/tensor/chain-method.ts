import { conv2d } from '../../engine/ops/conv2d.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { type Variable, variableOf } from '../../engine/variable.ts';
import { denseConvWeight } from '../../init/conv-weight.ts';
import { heNormal } from '../../init/he-normal.ts';
import { denseConv, filterMatrix } from '../../nn/conv-layer.ts';
import type { CompressibleLayer } from '../../nn/layer.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import type { Streams, Uniform } from '../../random.ts';
import { type ConvShape, denseMacs, denseParameters, isPointwise } from '../../shape/blueprint.ts';
import type { InitName } from '../../spec/words.ts';
import { type NdArray, ndArray } from '../../tensor/nd-array.ts';
import { inLayer, ofLayer } from '../in-layer.ts';
import { applyChain, chainMacs, fanInOf, type Link, runsAsChain, sizeOfLink } from './chain.ts';
import type { Decomposed } from './folded-pointwise.ts';

/** A tensor format of a k1 x k2 convolution whose parts are the filters of a chain of small convolutions. */
export interface ChainFormat {
  name: string;
  links(shape: ConvShape, scale: number): Link[];
  /** For people: where a rank is less than the scale asks for. */
  rankWarning?(shape: ConvShape, scale: number): string | undefined;
  /** The dense filter [k1, k2, in, out] of the links' filters. */
  compose(filters: readonly Tensor[]): Tensor;
  /** Multiply-accumulates of `compose`. */
  compositionMacs(links: readonly Link[], shape: ConvShape): number;
  /**
   * The links' filters that come close to a dense one [k1, k2, in, out]; `uniform` draws what the decomposition leaves
   * open.
   */
  decompose(filter: NdArray, links: readonly Link[], uniform: Uniform): Decomposed;
  /** Gradients of ½‖W‖²_F for the links' filters, without composing W. */
  decay(filters: readonly Tensor[]): Tensor[];
}

/**
 * A method that trains the chain's filters. Where running the chain would cost more than the dense convolution, it
 * composes the dense filter in every pass. Convolutions of one pixel, the shortcuts, stay dense, as in the tensor
 * methods of the paper's released code.
 *
 * Default initialization: He normal on each convolution of the chain, by its own inputs. Spectral: the decomposition of
 * the dense layer's own draw.
 */
export function chainMethod(format: ChainFormat, said: Pick<LayerMethod, 'source' | 'definition'> = {}): LayerMethod {
  return {
    kind: 'layer',
    name: format.name,
    ...said,
    compresses: true,
    parameters(shape, scale) {
      if (isPointwise(shape)) return denseParameters(shape);
      return format.links(shape, scale).reduce((sum, link) => sum + sizeOfLink(link), 0);
    },
    macs(shape, scale) {
      if (isPointwise(shape)) return denseMacs(shape);
      const links = format.links(shape, scale);
      // The composition, spent once a batch, is charged to the one example that a forward pass is counted for.
      return runsAsChain(links, shape)
        ? chainMacs(links, shape)
        : denseMacs(shape) + format.compositionMacs(links, shape);
    },
    compositionMacs(shape, scale) {
      if (isPointwise(shape)) return 0;
      const links = format.links(shape, scale);
      return runsAsChain(links, shape) ? 0 : format.compositionMacs(links, shape);
    },
    build(shape, scale, init, streams) {
      if (isPointwise(shape)) return denseConv(shape, streams, true);
      const links = format.links(shape, scale);
      const { variables, warning } = startingFilters(format, shape, links, init, streams);
      const sentences = [format.rankWarning?.(shape, scale), warning].filter((sentence) => sentence !== undefined);
      const warnings = sentences.map((sentence) => ofLayer(format.name, shape.name, sentence));
      return { ...chainLayer(format, shape, links, variables), warnings };
    },
  };
}

interface StartingFilters {
  variables: Variable[];
  warning: string | undefined;
}

function startingFilters(
  format: ChainFormat,
  shape: ConvShape,
  links: readonly Link[],
  init: InitName,
  streams: Streams,
): StartingFilters {
  const { name, kernel, inChannels, outChannels } = shape;
  const streamOf = (label: string) => streams(`weights/${name}.${label}`);
  const variablesOf = (values: readonly Float32Array[]) =>
    links.map(({ label, filter }, k) => variableOf(`${name}.${label}`, 'factor', values[k]!, [...filter]));
  if (init === 'default') {
    const draws = links.map((link) => heNormal(sizeOfLink(link), fanInOf(link), streamOf(link.label)));
    return { variables: variablesOf(draws), warning: undefined };
  }
  const filter = ndArray([...kernel, inChannels, outChannels], denseConvWeight(shape, streams));
  const uniform = streamOf('decomposition');
  const { cores, warning } = inLayer(format.name, name, () => format.decompose(filter, links, uniform));
  return { variables: variablesOf(cores.map(({ data }) => Float32Array.from(data))), warning };
}

/** The layer of a chain's filters in the form that is the cheaper one, or in the given one. */
export function chainLayer(
  format: ChainFormat,
  shape: ConvShape,
  links: readonly Link[],
  variables: readonly Variable[],
  asChain = runsAsChain(links, shape),
): CompressibleLayer {
  const { stride } = shape;
  const filters = () => variables.map(({ value }) => value);
  return {
    variables,
    apply: (x) =>
      asChain ? applyChain(links, filters(), x) : conv2d(x, format.compose(filters()), { stride: [stride, stride] }),
    matrix: () => tf.tidy(() => filterMatrix(format.compose(filters()))),
    frobeniusGradients: () => format.decay(filters()),
  };
}
