import type { LinearCrossEntropy } from '../engine/linear-cross-entropy.ts';
import type { Tensor } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { CompressibleWeight } from './layer.ts';
import type { TransformerBlueprint } from './transformer-blueprint.ts';

/** What a pass reads besides the variables. Whatever changes from batch to batch comes in here, random masks included. */
export type SequenceInputs = {
  /** Source tokens [batch, m], int32. */
  source: Tensor;
  /** Tokens that the decoder reads, [batch, n], int32: the translation, one place to the right. */
  target: Tensor;
  /** Added to the scores of the source tokens, [batch, m]: 0, or −1e9 for padding, which is then not attended to. */
  sourceMask?: Tensor;
  /** The same for the target tokens, [batch, n]. No token attends to later ones in any case. */
  targetMask?: Tensor;
};

/** A network from a sequence to the next tokens of another, with its variables in the blueprint's order. */
export interface SequenceModel {
  readonly blueprint: TransformerBlueprint;
  readonly variables: readonly Variable[];
  /** The weights that are decayed and measured as matrices. */
  readonly compressed: readonly CompressibleWeight[];
  /** Source tokens to the memory that the decoder attends to, [batch·m, width]. */
  encode(inputs: Pick<SequenceInputs, 'source' | 'sourceMask'>): Tensor;
  /** Memory and target tokens to logits [batch·n, vocabulary]. */
  decode(memory: Tensor, inputs: Omit<SequenceInputs, 'source'>): Tensor;
  /** Logits [batch·n, vocabulary], the tokens of a sentence one after the other. */
  apply(inputs: SequenceInputs): Tensor;
  /** Cross-entropy of those logits, with label smoothing ε, and the right answers; labels and weights are [batch·n]. */
  crossEntropy(inputs: SequenceInputs, labels: Tensor, weights: Tensor | null, smoothing: number): LinearCrossEntropy;
}
