import { filledVariable, type Variable, variableOf } from '../../engine/variable.ts';
import { UsageError } from '../../errors.ts';
import { matrixDraw } from '../../init/matrix-weight.ts';
import type { Streams } from '../../random.ts';
import { headsWidth, type TransformerBlueprint, type TransformerPart } from '../../shape/transformer.ts';
import type { ProductName } from '../../spec/translation.ts';
import type { InitName } from '../../spec/words.ts';
import type { CompressibleWeight } from '../layer.ts';
import type { LayerMethod } from '../layer-method.ts';
import { type LayerNormLayer, layerNormLayer } from '../layer-norm-layer.ts';
import type { MatrixLayer } from '../matrix-layer.ts';
import { type AttentionLayer, attentionLayer } from './attention-layer.ts';
import { type AttentionProductName, attentionProductNames } from './attention-product.ts';

export interface TransformerCompression {
  method: LayerMethod;
  scale: number;
  /** Of the matrices that the method factorizes. */
  init: InitName;
  /** Products of attention that spectral initialization refactors at the start; their heads' products stay the same. */
  spectralAttention?: readonly AttentionProductName[];
}

type DensePart = Extract<TransformerPart, { kind: 'dense' }>;

/** The layers of a Transformer by their names in the blueprint. */
export interface TransformerParts {
  /** In the blueprint's order. */
  readonly variables: readonly Variable[];
  readonly products: Readonly<Record<ProductName, readonly CompressibleWeight[]>>;
  matrix(name: string): MatrixLayer;
  attention(name: string): AttentionLayer;
  norm(name: string): LayerNormLayer;
  bias(name: string): Variable;
  /** A matrix that no method replaces, [in, out]. */
  dense(name: string): Variable;
}

/**
 * Makes every part of the blueprint, matrices and attention by the method.
 *
 * @throws UsageError where the method does not know matrices
 */
export function transformerParts(
  blueprint: Pick<TransformerBlueprint, 'parts'>,
  compression: TransformerCompression,
  streams: Streams,
): TransformerParts {
  const { method, scale, init, spectralAttention = [] } = compression;
  const { matrices: build } = method;
  if (build === undefined) {
    throw new UsageError(`method '${method.name}' replaces convolutions only; use one that replaces matrices`);
  }
  const matrices = new Map<string, MatrixLayer>();
  const attentions = new Map<string, AttentionLayer>();
  const norms = new Map<string, LayerNormLayer>();
  const biases = new Map<string, Variable>();
  const weights = new Map<string, Variable>();
  const variables: Variable[] = [];
  const products: Record<ProductName, CompressibleWeight[]> = { linear: [], 'query-key': [], 'output-value': [] };
  for (const part of blueprint.parts) {
    switch (part.kind) {
      case 'matrix': {
        const layer = build.build(part, scale, init, streams);
        matrices.set(part.name, layer);
        variables.push(...layer.variables);
        products.linear.push(layer);
        break;
      }
      case 'attention': {
        const layer = attentionLayer(part, headsWidth(part, build, scale), streams);
        for (const name of new Set(spectralAttention)) layer.products[name].balance();
        attentions.set(part.name, layer);
        variables.push(...layer.variables);
        for (const name of attentionProductNames) products[name].push(layer.products[name]);
        break;
      }
      case 'dense': {
        const weight = denseWeight(part, streams);
        weights.set(part.name, weight);
        variables.push(weight);
        break;
      }
      case 'layer-norm': {
        const layer = layerNormLayer(part);
        norms.set(part.name, layer);
        variables.push(...layer.variables);
        break;
      }
      case 'bias': {
        const bias = filledVariable(part.name, 'weight', [part.features], 0);
        biases.set(part.name, bias);
        variables.push(bias);
        break;
      }
    }
  }
  return {
    variables,
    products,
    matrix: (name) => named(matrices, name),
    attention: (name) => named(attentions, name),
    norm: (name) => named(norms, name),
    bias: (name) => named(biases, name),
    dense: (name) => named(weights, name),
  };
}

function denseWeight({ name, inFeatures, outFeatures }: DensePart, streams: Streams): Variable {
  const draw = matrixDraw(inFeatures * outFeatures, 'linear', streams(`weights/${name}`));
  return variableOf(`${name}.weight`, 'weight', draw, [inFeatures, outFeatures]);
}

function named<T>(parts: ReadonlyMap<string, T>, name: string): T {
  const part = parts.get(name);
  if (part === undefined) throw new Error(`Transformer: the blueprint has no part '${name}'`);
  return part;
}
