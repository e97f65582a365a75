import { scaledWidths } from './narrowed.ts';
import type { MatrixCounts, Sized } from './sized.ts';
import { denseCounts, matricesOf, matrixWeights } from './sized-transformer.ts';
import {
  embeddingPart,
  refuseUnevenHeads,
  stackParts,
  type TransformerPart,
  transformerMacs,
  transformerParameters,
  transformerValues,
} from './transformer.ts';

/** The sizes that decide an encoder's layers. */
export interface EncoderSizes {
  layers: number;
  width: number;
  /** Width between the two matrices of a feed-forward layer. */
  feedForward: number;
  heads: number;
  /** Longest sequence: positions are learned. */
  positions: number;
  /** Rows of the table of tokens. */
  vocabulary: number;
}

/** What an encoder's vectors are read by: each token's symbol, or where an answer begins and ends. */
export type EncoderHead = 'masked-tokens' | 'span';

/** An encoder as plain data. */
export interface EncoderBlueprint {
  name: string;
  sizes: EncoderSizes;
  head: EncoderHead;
  /** In the order of the model's variables. */
  parts: readonly TransformerPart[];
}

/**
 * An encoder in the form of the paper's Transformers: normalization before every sublayer and behind the last, learned
 * positions, no biases in the layers. Masked tokens are told by the table of tokens itself (`source`) and a bias a
 * symbol; spans by two scores a token, from a dense matrix: a bias would be the same for all tokens, and change nothing.
 *
 * @throws UsageError where the heads do not divide the width
 */
export function encoderBlueprint(name: string, sizes: EncoderSizes, head: EncoderHead): EncoderBlueprint {
  const { layers, width, positions, vocabulary } = sizes;
  refuseUnevenHeads(name, sizes);
  const ofHead: TransformerPart[] =
    head === 'masked-tokens'
      ? [{ kind: 'bias', name: 'output.bias', features: vocabulary }]
      : [{ kind: 'dense', name: 'encoder.span', inFeatures: width, outFeatures: 2 }];
  const parts = [
    embeddingPart('source', vocabulary, width),
    embeddingPart('positions', positions, width),
    ...stackParts('encoder', layers, ['self'], sizes),
    ...ofHead,
  ];
  return { name, sizes, head, parts };
}

/** The tokens of one example. */
export interface EncoderLengths {
  tokens: number;
  /** Those that are told: for each of them the table of tokens is multiplied with a vector. */
  predicted: number;
}

/** An encoder by its sizes, its operations those of one sequence. */
export function sizedEncoder(blueprint: EncoderBlueprint, lengths: EncoderLengths): Sized {
  const { name, head, parts } = blueprint;
  const rows = { source: lengths.tokens, target: 0 };
  const parametersOf = (counts: MatrixCounts, scale: number) => transformerParameters(blueprint, counts, scale);
  const [table] = parts;
  const macsOf = (counts: MatrixCounts, scale: number) => {
    if (table?.kind !== 'matrix') throw new Error(`encoder ${name}: its first part is no table of tokens`);
    // One row through a dense matrix or through both factors meets every parameter once.
    const told = head === 'masked-tokens' ? lengths.predicted * counts.parameters(table, scale) : 0;
    return transformerMacs(blueprint, counts, scale, rows) + told;
  };
  // What is told of a token is a value for each symbol.
  const told = head === 'masked-tokens' ? lengths.predicted * blueprint.sizes.vocabulary : 0;
  const values = transformerValues(blueprint, rows) + told;
  return {
    name,
    dense: { parameters: parametersOf(denseCounts, 1), macs: macsOf(denseCounts, 1), values },
    weights: matrixWeights(blueprint, rows),
    parameters: (method, scale) => parametersOf(matricesOf(method), scale),
    operations: (method, scale) => ({ macs: macsOf(matricesOf(method), scale), compositionMacs: 0 }),
    narrowed: (scale) => sizedEncoder(narrowedEncoder(blueprint, scale), lengths),
  };
}

/** As `narrowedTransformer`: thinner heads and feed-forward layers; vocabulary, positions and layers stay. */
export function narrowedEncoder({ name, sizes, head }: EncoderBlueprint, scale: number): EncoderBlueprint {
  return encoderBlueprint(name, { ...sizes, ...scaledWidths(sizes, scale) }, head);
}
