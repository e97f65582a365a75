import { relu } from '../../engine/ops/relu.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Dropout } from '../dropout.ts';
import type { LayerNormLayer } from '../layer-norm-layer.ts';
import type { MatrixLayer } from '../matrix-layer.ts';
import type { AttentionLayer, AttentionView } from './attention-layer.ts';
import type { TransformerParts } from './transformer-parts.ts';

/**
 * Layers of a stack, each with normalization before every sublayer, dropout behind it, and its input added to the
 * result.
 */

export interface AttentionSublayer {
  norm: LayerNormLayer;
  attention: AttentionLayer;
}

export interface FeedForwardSublayer {
  norm: LayerNormLayer;
  up: MatrixLayer;
  down: MatrixLayer;
}

export interface EncoderLayer {
  self: AttentionSublayer;
  feedForward: FeedForwardSublayer;
}

export interface DecoderLayer extends EncoderLayer {
  cross: AttentionSublayer;
}

/** The encoder's layer of a number, counted from 0, of the parts with its name. */
export function encoderLayer(parts: TransformerParts, index: number): EncoderLayer {
  const name = `encoder.${index + 1}`;
  return { self: attentionOf(parts, `${name}.self`), feedForward: feedForwardOf(parts, name) };
}

/** The decoder's layer of a number, counted from 0, of the parts with its name. */
export function decoderLayer(parts: TransformerParts, index: number): DecoderLayer {
  const name = `decoder.${index + 1}`;
  return {
    self: attentionOf(parts, `${name}.self`),
    cross: attentionOf(parts, `${name}.cross`),
    feedForward: feedForwardOf(parts, name),
  };
}

function attentionOf(parts: TransformerParts, name: string): AttentionSublayer {
  return { norm: parts.norm(`${name}.norm`), attention: parts.attention(name) };
}

function feedForwardOf(parts: TransformerParts, layer: string): FeedForwardSublayer {
  const name = `${layer}.feed-forward`;
  return { norm: parts.norm(`${name}.norm`), up: parts.matrix(`${name}.up`), down: parts.matrix(`${name}.down`) };
}

/** x + dropout of the attention of norm(x) [batch·n, width] to itself. */
export function applySelfAttention(
  { norm, attention }: AttentionSublayer,
  x: Tensor,
  { batch, mask, dropout }: EncoderPass,
): Tensor {
  return tf.add(x, dropout.hidden(attention.applySelf(norm.apply(x), batch, mask)));
}

/** What a decoder layer reads of the memory: keys and values [batch, heads, m, size], and which tokens to leave out. */
export interface MemoryView extends AttentionView {
  mask: Tensor | null;
}

/** x + dropout of the attention of norm(x) [batch·n, width] to the memory. */
export function applyCrossAttention(
  { norm, attention }: AttentionSublayer,
  x: Tensor,
  memory: MemoryView,
  dropout: Dropout,
): Tensor {
  return tf.add(x, dropout.hidden(attention.applyCross(norm.apply(x), memory.key, memory.value, memory.mask)));
}

/** x + relu(norm(x)·W_up)·W_down, for every token alike (Vaswani et al. 2017, section 3.3), without biases. */
export function applyFeedForward({ norm, up, down }: FeedForwardSublayer, x: Tensor, dropout: Dropout): Tensor {
  const inner = dropout.relu(relu(up.apply(norm.apply(x))));
  return tf.add(x, dropout.hidden(down.apply(inner)));
}

/** What the tokens of a batch go through from one layer to the next. */
export interface EncoderPass {
  batch: number;
  /** Tokens that are left out of attention; null: none. */
  mask: Tensor | null;
  dropout: Dropout;
}

/** Embedded tokens [batch·n, width] through the layers of an encoder and the normalization behind them. */
export function applyEncoder(
  layers: readonly EncoderLayer[],
  norm: LayerNormLayer,
  embedded: Tensor,
  pass: EncoderPass,
): Tensor {
  let x = pass.dropout.hidden(embedded);
  for (const { self, feedForward } of layers) {
    x = applySelfAttention(self, x, pass);
    x = applyFeedForward(feedForward, x, pass.dropout);
  }
  return norm.apply(x);
}
