import { UsageError } from '../errors.ts';
import { matrixMacs, matrixParameters } from './matrix-shape.ts';
import { narrowedTransformer } from './narrowed.ts';
import type { MatrixCounts, NamedCounts, Sized, WeightShape } from './sized.ts';
import {
  type AttentionShape,
  attentionRows,
  rowsOf,
  type SequenceLengths,
  type TransformerBlueprint,
  transformerMacs,
  transformerParameters,
  transformerValues,
} from './transformer.ts';

/** Tokens of the sentence pair whose multiply-accumulates are counted: a usual length, whatever the data. */
export const countedLengths: SequenceLengths = { source: 24, target: 24 };

/** Matrices as they are, and attention with heads of full size. */
export const denseCounts: MatrixCounts = {
  parameters: matrixParameters,
  macs: matrixMacs,
  headSize: (size) => size,
};

/**
 * A Transformer by its sizes, its operations those of one sentence pair. Masks cover every weight matrix: those of
 * feed-forward layers, tables, the output and attention's projections.
 */
export function sizedTransformer(blueprint: TransformerBlueprint, lengths = countedLengths): Sized {
  const parametersOf = (counts: MatrixCounts, scale: number) => transformerParameters(blueprint, counts, scale);
  const macsOf = (counts: MatrixCounts, scale: number) => transformerMacs(blueprint, counts, scale, lengths);
  return {
    name: blueprint.name,
    dense: {
      parameters: parametersOf(denseCounts, 1),
      macs: macsOf(denseCounts, 1),
      values: transformerValues(blueprint, lengths),
    },
    weights: matrixWeights(blueprint, lengths),
    parameters: (method, scale) => parametersOf(matricesOf(method), scale),
    operations: (method, scale) => ({ macs: macsOf(matricesOf(method), scale), compositionMacs: 0 }),
    narrowed: (scale) => sizedTransformer(narrowedTransformer(blueprint, scale), lengths),
  };
}

/**
 * How a method counts matrices.
 *
 * @throws UsageError where it works on convolutions alone
 */
export function matricesOf({ name, matrices }: NamedCounts): MatrixCounts {
  if (matrices !== undefined) return matrices;
  throw new UsageError(`method ${name}: works on convolutions only; Transformers need one that replaces matrices`);
}

/** The weight matrices in the order of the model's variables. An entry of a table takes part in no product. */
export function matrixWeights({ parts }: Pick<TransformerBlueprint, 'parts'>, lengths: SequenceLengths): WeightShape[] {
  return parts.flatMap((part): WeightShape[] => {
    if (part.kind === 'attention') return projections(part, lengths);
    if (part.kind !== 'matrix') return [];
    const { name, inFeatures, outFeatures, use } = part;
    const size = inFeatures * outFeatures;
    const uses = use === 'embedding' ? 0 : rowsOf(name, lengths);
    return [{ name: `${name}.weight`, shape: [inFeatures, outFeatures], size, uses }];
  });
}

/** Queries and outputs are projected for each asking token, keys and values for each token asked. */
function projections(part: AttentionShape, lengths: SequenceLengths): WeightShape[] {
  const { name, width } = part;
  const { asking, asked } = attentionRows(part, lengths);
  const uses = { query: asking, key: asked, value: asked, output: asking };
  return Object.entries(uses).map(([projection, rows]) => ({
    name: `${name}.${projection}`,
    shape: [width, width],
    size: width * width,
    uses: rows,
  }));
}
