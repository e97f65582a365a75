import { biasAdd } from '../../engine/ops/bias-add.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { TransformerSizes } from '../../shape/transformer.ts';
import { noDropout } from '../dropout.ts';
import { nextPlace, projectHeads, tokenMask } from './attention.ts';
import type { AttentionView } from './attention-layer.ts';
import type { IncrementalDecoder } from './sequence-model.ts';
import { applyCrossAttention, applyFeedForward, type DecoderLayer } from './transformer-layers.ts';
import type { TransformerParts } from './transformer-parts.ts';

/** Every decoder layer's keys and values of the memory, all by one product. */
export function memoryViews(
  memory: Tensor,
  decoder: readonly DecoderLayer[],
  batch: number,
  heads: number,
): AttentionView[] {
  const weights = decoder.flatMap(({ cross }) => {
    const [, key, value] = cross.attention.variables;
    return [key.value, value.value];
  });
  const projected = projectHeads(memory, weights, batch, heads);
  return decoder.map((_, index) => ({ key: projected[2 * index]!, value: projected[2 * index + 1]! }));
}

/**
 * The decoder token by token: keys and values of earlier tokens are kept, so that a token costs one row. The room for
 * them is of fixed length, which a recorded step needs. A sentence's hypotheses ask the memory together, like the
 * tokens of one target, so that keys and values of the memory exist once a sentence.
 */
export function incrementalDecoder(
  parts: TransformerParts,
  decoder: readonly DecoderLayer[],
  { heads }: TransformerSizes,
): IncrementalDecoder {
  const [tokenTable, positionTable, output] = ['target', 'positions', 'output'].map(parts.matrix) as [
    ReturnType<typeof parts.matrix>,
    ReturnType<typeof parts.matrix>,
    ReturnType<typeof parts.matrix>,
  ];
  const bias = parts.bias('output.bias');
  return {
    views: (memory, batch) => memoryViews(memory, decoder, batch, heads),
    empty: (rows, length) =>
      decoder.map(({ self }) => {
        const size = self.attention.variables[1].value.shape[1]! / heads;
        const zeros = () => tf.zeros([rows, heads, length, size]);
        return { key: zeros(), value: zeros() };
      }),
    next({ tokens, position, before, memory, sourceMask }) {
      const { place, mask } = nextPlace(position, before[0]!.key.shape[2]!);
      const memoryMask = tokenMask(sourceMask);
      let x = tf.add(tokenTable.lookup(tokens), positionTable.lookup(tf.reshape(position, [1])));
      const views = decoder.map((layer, index) => {
        const { norm, attention } = layer.self;
        const { output: change, view } = attention.applyNext(norm.apply(x), before[index]!, place, mask);
        x = tf.add(x, change);
        x = applyCrossAttention(layer.cross, x, { ...memory[index]!, mask: memoryMask }, noDropout);
        x = applyFeedForward(layer.feedForward, x, noDropout);
        return view;
      });
      const logits = biasAdd(output.apply(parts.norm('decoder.norm').apply(x)), bias.value);
      return { logits, views };
    },
  };
}
