import { biasAdd } from '../../engine/ops/bias-add.ts';
import { linearCrossEntropy } from '../../engine/ops/linear-cross-entropy.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Streams } from '../../random.ts';
import type { TransformerBlueprint } from '../../shape/transformer.ts';
import { type Dropout, dropoutOf, noDropout } from '../dropout.ts';
import { causalMask, tokenMask } from './attention.ts';
import { embedSequence } from './sequence-embedding.ts';
import type { SequenceInputs, SequenceModel } from './sequence-model.ts';
import { incrementalDecoder, memoryViews } from './transformer-decoding.ts';
import {
  applyCrossAttention,
  applyEncoder,
  applyFeedForward,
  applySelfAttention,
  decoderLayer,
  encoderLayer,
} from './transformer-layers.ts';
import { type TransformerCompression, transformerParts } from './transformer-parts.ts';

/**
 * Builds a Transformer from its blueprint, with every matrix made by the method and attention in heads of its size.
 *
 * @throws UsageError where the method does not know matrices
 */
export function buildTransformer(
  blueprint: TransformerBlueprint,
  compression: TransformerCompression,
  streams: Streams,
): SequenceModel {
  const parts = transformerParts(blueprint, compression, streams);
  const { heads, positions: longest, encoderLayers, decoderLayers } = blueprint.sizes;
  const encoder = Array.from({ length: encoderLayers }, (_, index) => encoderLayer(parts, index));
  const decoder = Array.from({ length: decoderLayers }, (_, index) => decoderLayer(parts, index));
  const embed = (ids: Tensor, table: 'source' | 'target') =>
    embedSequence(ids, parts.matrix(table), parts.matrix('positions'), longest);
  const encode = ({ source, sourceMask }: Parameters<SequenceModel['encode']>[0], dropout: Dropout): Tensor => {
    const pass = { batch: source.shape[0]!, mask: sourceMask === undefined ? null : tokenMask(sourceMask), dropout };
    return applyEncoder(encoder, parts.norm('encoder.norm'), embed(source, 'source'), pass);
  };
  const hidden = (memory: Tensor, inputs: Omit<SequenceInputs, 'source'>, dropout: Dropout): Tensor => {
    const { target, sourceMask, targetMask } = inputs;
    const [batch, length] = target.shape as [number, number];
    const causal = causalMask(length);
    const mask = targetMask === undefined ? causal : tf.add(causal, tokenMask(targetMask));
    const views = memoryViews(memory, decoder, batch, heads);
    const memoryMask = sourceMask === undefined ? null : tokenMask(sourceMask);
    let x = dropout.hidden(embed(target, 'target'));
    decoder.forEach((layer, index) => {
      x = applySelfAttention(layer.self, x, { batch, mask, dropout });
      x = applyCrossAttention(layer.cross, x, { ...views[index]!, mask: memoryMask }, dropout);
      x = applyFeedForward(layer.feedForward, x, dropout);
    });
    return parts.norm('decoder.norm').apply(x);
  };
  const output = parts.matrix('output');
  const bias = parts.bias('output.bias');
  const decode: SequenceModel['decode'] = (memory, inputs) =>
    biasAdd(output.apply(hidden(memory, inputs, noDropout)), bias.value);
  return {
    blueprint,
    variables: parts.variables,
    products: parts.products,
    encode: (inputs) => encode(inputs, noDropout),
    decode,
    incremental: incrementalDecoder(parts, decoder, blueprint.sizes),
    apply: (inputs) => decode(encode(inputs, noDropout), inputs),
    crossEntropy(inputs, labels, weights, smoothing, rates) {
      const dropout = dropoutOf(rates, inputs.dropoutSeed);
      const { input, weight } = output.lastProduct(hidden(encode(inputs, dropout), inputs, dropout));
      return linearCrossEntropy(input, weight, bias.value, labels, weights, smoothing);
    },
  };
}
