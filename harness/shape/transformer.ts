import { UsageError } from '../errors.ts';
import { publishedTransformers } from '../spec/model-names.ts';
import type { MatrixShape } from './matrix-shape.ts';
import type { MatrixCounts } from './sized.ts';

/** The sizes that decide a Transformer's layers. */
export interface TransformerSizes {
  encoderLayers: number;
  decoderLayers: number;
  width: number;
  /** Width between the two matrices of a feed-forward layer. */
  feedForward: number;
  heads: number;
  /** Longest sequence: positions are learned. */
  positions: number;
  sourceVocabulary: number;
  targetVocabulary: number;
}

/** Attention with four projections, none of them with a bias. */
export interface AttentionShape {
  kind: 'attention';
  name: string;
  width: number;
  heads: number;
}

export type TransformerPart =
  | MatrixShape
  | AttentionShape
  /** A matrix that no method replaces. */
  | { kind: 'dense'; name: string; inFeatures: number; outFeatures: number }
  | { kind: 'layer-norm'; name: string; features: number }
  | { kind: 'bias'; name: string; features: number };

/** A Transformer as plain data: enough to count parameters and operations, without an engine. */
export interface TransformerBlueprint {
  name: string;
  sizes: TransformerSizes;
  /** In the order of the model's variables; names begin with `encoder.` and `decoder.` for the two stacks. */
  parts: readonly TransformerPart[];
}

/** The paper's IWSLT14 network without its vocabularies (Khodak et al. 2021, `transformer_small`). */
export const transformerSmall = symmetric(publishedTransformers.small);

/** The base network of Vaswani et al. 2017, without its vocabularies. */
export const transformerBase = symmetric(publishedTransformers.base);

function symmetric({ layers, ...sizes }: (typeof publishedTransformers)['small']) {
  return { encoderLayers: layers, decoderLayers: layers, ...sizes, positions: 512 };
}

/**
 * The encoder-decoder of Vaswani et al. 2017 in the paper's form: normalization before every sublayer and after each
 * stack, learned positions that both stacks share, an embedding for each language, an output matrix of its own, no
 * bias but the output's.
 *
 * @throws UsageError where the heads do not divide the width
 */
export function transformerBlueprint(name: string, sizes: TransformerSizes): TransformerBlueprint {
  const { width } = sizes;
  refuseUnevenHeads(name, sizes);
  const parts: TransformerPart[] = [
    embeddingPart('source', sizes.sourceVocabulary, width),
    embeddingPart('target', sizes.targetVocabulary, width),
    embeddingPart('positions', sizes.positions, width),
    ...stackParts('encoder', sizes.encoderLayers, ['self'], sizes),
    ...stackParts('decoder', sizes.decoderLayers, ['self', 'cross'], sizes),
    linearPart('output', width, sizes.targetVocabulary),
    { kind: 'bias', name: 'output.bias', features: sizes.targetVocabulary },
  ];
  return { name, sizes, parts };
}

/** The sizes of one layer. */
type LayerSizes = Pick<TransformerSizes, 'width' | 'feedForward' | 'heads'>;

/** @throws UsageError where the heads do not divide the width */
export function refuseUnevenHeads(name: string, { width, heads }: LayerSizes): void {
  if (width % heads === 0) return;
  throw new UsageError(`model ${name}: ${heads} heads do not divide a width of ${width}; use a divisor of the width`);
}

function linearPart(name: string, inFeatures: number, outFeatures: number): MatrixShape {
  return { kind: 'matrix', name, inFeatures, outFeatures, use: 'linear' };
}

/** A table of so many rows. */
export function embeddingPart(name: string, rows: number, width: number): MatrixShape {
  return { kind: 'matrix', name, inFeatures: rows, outFeatures: width, use: 'embedding' };
}

/** Layers of a stack, each with normalization before every sublayer, and one behind the last. */
export function stackParts(
  side: 'encoder' | 'decoder',
  layers: number,
  attentions: readonly string[],
  { width, feedForward, heads }: LayerSizes,
): TransformerPart[] {
  const norm = (part: string): TransformerPart => ({ kind: 'layer-norm', name: part, features: width });
  const layer = (prefix: string): TransformerPart[] => [
    ...attentions.flatMap((kind): TransformerPart[] => [
      norm(`${prefix}.${kind}.norm`),
      { kind: 'attention', name: `${prefix}.${kind}`, width, heads },
    ]),
    norm(`${prefix}.feed-forward.norm`),
    linearPart(`${prefix}.feed-forward.up`, width, feedForward),
    linearPart(`${prefix}.feed-forward.down`, feedForward, width),
  ];
  return [...Array.from({ length: layers }, (_, index) => layer(`${side}.${index + 1}`)).flat(), norm(`${side}.norm`)];
}

/** Width of all heads together: that of the projections. */
export function headsWidth({ width, heads }: AttentionShape, method: MatrixCounts, scale: number): number {
  return heads * method.headSize(width / heads, scale);
}

/** Trainable parameters of one part at a rank scale. */
export function partParameters(part: TransformerPart, method: MatrixCounts, scale: number): number {
  switch (part.kind) {
    case 'matrix':
      return method.parameters(part, scale);
    case 'attention':
      return 4 * part.width * headsWidth(part, method, scale);
    case 'dense':
      return part.inFeatures * part.outFeatures;
    case 'layer-norm':
      return 2 * part.features;
    case 'bias':
      return part.features;
  }
}

/** All trainable parameters at a rank scale. */
export function transformerParameters(
  { parts }: Pick<TransformerBlueprint, 'parts'>,
  method: MatrixCounts,
  scale: number,
): number {
  return parts.reduce((sum, part) => sum + partParameters(part, method, scale), 0);
}

/** Tokens of one sentence pair. */
export interface SequenceLengths {
  source: number;
  target: number;
}

/**
 * Multiply-accumulate operations of the forward pass for one sentence pair. Normalizations, softmax and biases count
 * none; the decoder's masked scores count, as they are computed.
 */
export function transformerMacs(
  { parts }: Pick<TransformerBlueprint, 'parts'>,
  method: MatrixCounts,
  scale: number,
  lengths: SequenceLengths,
): number {
  return parts.reduce((sum, part) => {
    if (part.kind === 'matrix') return sum + rowsOf(part.name, lengths) * method.macs(part, scale);
    if (part.kind === 'attention') return sum + attentionMacs(part, headsWidth(part, method, scale), lengths);
    if (part.kind === 'dense') return sum + rowsOf(part.name, lengths) * part.inFeatures * part.outFeatures;
    return sum;
  }, 0);
}

/**
 * Values that matrices put out for one sentence pair, attention's four projections and its scores, before and after the
 * softmax, included.
 */
export function transformerValues({ parts }: Pick<TransformerBlueprint, 'parts'>, lengths: SequenceLengths): number {
  return parts.reduce((sum, part) => {
    if (part.kind === 'matrix' || part.kind === 'dense') return sum + rowsOf(part.name, lengths) * part.outFeatures;
    if (part.kind !== 'attention') return sum;
    const { asking, asked } = attentionRows(part, lengths);
    return sum + 2 * part.width * (asking + asked) + 2 * part.heads * asking * asked;
  }, 0);
}

/** How many rows a part works on. */
export function rowsOf(name: string, { source, target }: SequenceLengths): number {
  if (name === 'positions') return source + target;
  return name === 'source' || name.startsWith('encoder.') ? source : target;
}

/**
 * Queries and outputs are projected for each asking token, keys and values for each token asked; two products a pair.
 */
function attentionMacs(part: AttentionShape, inner: number, lengths: SequenceLengths): number {
  const { width } = part;
  const { asking, asked } = attentionRows(part, lengths);
  return 2 * width * inner * (asking + asked) + 2 * inner * asking * asked;
}

/** How many tokens ask, and how many are asked. */
export function attentionRows({ name }: AttentionShape, lengths: SequenceLengths): { asking: number; asked: number } {
  const asking = rowsOf(name, lengths);
  return { asking, asked: name.endsWith('.cross') ? lengths.source : asking };
}
