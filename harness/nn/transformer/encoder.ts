import { matMul } from '../../engine/algebra/mat-mul.ts';
import { embeddingLookup } from '../../engine/ops/embedding-lookup.ts';
import { type LinearCrossEntropy, linearCrossEntropy } from '../../engine/ops/linear-cross-entropy.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Streams } from '../../random.ts';
import type { EncoderBlueprint } from '../../shape/encoder.ts';
import { type DropoutRates, dropoutOf } from '../dropout.ts';
import { tokenMask } from './attention.ts';
import { embedSequence } from './sequence-embedding.ts';
import { applyEncoder, encoderLayer } from './transformer-layers.ts';
import { type TransformerCompression, type TransformerParts, transformerParts } from './transformer-parts.ts';

/** What a pass of an encoder reads besides the variables. */
export type EncoderInputs = {
  /** [batch, n], int32 */
  tokens: Tensor;
  /** Added to the scores of the tokens, [batch, n]: 0, or −1e9 for padding; left out: all are attended to. */
  mask?: Tensor;
  /** What the masks of dropout follow from, [2], int32. */
  dropoutSeed?: Tensor;
};

/** An encoder with its variables, in the blueprint's order. */
export interface EncoderModel extends Pick<TransformerParts, 'variables' | 'products'> {
  readonly blueprint: EncoderBlueprint;
  /**
   * A vector for each token, [batch·n, width].
   *
   * @param rates of dropout, in training; the inputs then have a seed
   */
  encode(inputs: EncoderInputs, rates?: DropoutRates): Tensor;
}

/** An encoder that tells masked tokens. */
export interface MaskedTokenModel extends EncoderModel {
  /**
   * Cross-entropy of the tokens at `places`, rows of the [batch·n] tokens, and the right answers: logits are h·Eᵀ + b
   * with the table of tokens E, which is the embedding's (Devlin et al. 2019).
   *
   * @param places [count], int32; each may be asked for several times
   * @param labels [count], int32
   * @param weights [count], not all zero
   */
  crossEntropy(
    inputs: EncoderInputs,
    places: Tensor,
    labels: Tensor,
    weights: Tensor,
    rates?: DropoutRates,
  ): LinearCrossEntropy;
}

/** An encoder that tells where an answer begins and ends. */
export interface SpanModel extends EncoderModel {
  /** Scores of each token as the beginning, and as the end, [batch, n] each; those of masked tokens are −1e9 lower. */
  scores(inputs: EncoderInputs, rates?: DropoutRates): { start: Tensor; end: Tensor };
}

/** @throws UsageError where the method does not know matrices */
export function buildMaskedTokenModel(
  blueprint: EncoderBlueprint,
  compression: TransformerCompression,
  streams: Streams,
): MaskedTokenModel {
  const parts = partsWith('masked-tokens', blueprint, compression, streams);
  const { model, encode } = encoderOf(blueprint, parts);
  const table = parts.matrix('source');
  const bias = parts.bias('output.bias');
  return {
    ...model,
    crossEntropy(inputs, places, labels, weights, rates) {
      const told = embeddingLookup(encode(inputs, rates), places);
      const { input, weight } = table.tiedProduct(told);
      return linearCrossEntropy(input, weight, bias.value, labels, weights, 0);
    },
  };
}

/** @throws UsageError where the method does not know matrices */
export function buildSpanModel(
  blueprint: EncoderBlueprint,
  compression: TransformerCompression,
  streams: Streams,
): SpanModel {
  const parts = partsWith('span', blueprint, compression, streams);
  const { model, encode } = encoderOf(blueprint, parts);
  const weight = parts.dense('encoder.span');
  const scores: SpanModel['scores'] = (inputs, rates) => {
    const [batch, length] = inputs.tokens.shape as [number, number];
    const both = matMul(encode(inputs, rates), weight.value);
    const [start, end] = tf.unstack(tf.transpose(tf.reshape(both, [batch, length, 2]), [2, 0, 1])) as [Tensor, Tensor];
    const { mask } = inputs;
    return mask === undefined ? { start, end } : { start: tf.add(start, mask), end: tf.add(end, mask) };
  };
  return {
    ...model,
    scores,
  };
}

function partsWith(
  head: EncoderBlueprint['head'],
  blueprint: EncoderBlueprint,
  compression: TransformerCompression,
  streams: Streams,
): TransformerParts {
  if (blueprint.head === head) return transformerParts(blueprint, compression, streams);
  throw new Error(`encoder ${blueprint.name}: its blueprint has the head '${blueprint.head}', not '${head}'`);
}

function encoderOf(blueprint: EncoderBlueprint, parts: TransformerParts) {
  const { layers, positions: longest } = blueprint.sizes;
  const encoder = Array.from({ length: layers }, (_, index) => encoderLayer(parts, index));
  const encode: EncoderModel['encode'] = ({ tokens, mask, dropoutSeed }, rates) => {
    const embedded = embedSequence(tokens, parts.matrix('source'), parts.matrix('positions'), longest);
    return applyEncoder(encoder, parts.norm('encoder.norm'), embedded, {
      batch: tokens.shape[0]!,
      mask: mask === undefined ? null : tokenMask(mask),
      dropout: dropoutOf(rates, dropoutSeed),
    });
  };
  const { variables, products } = parts;
  return { model: { blueprint, variables, products, encode }, encode };
}
