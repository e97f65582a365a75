import type { LinearCrossEntropy } from '../../engine/ops/linear-cross-entropy.ts';
import type { Tensor } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { TransformerBlueprint } from '../../shape/transformer.ts';
import type { ProductName } from '../../spec/translation.ts';
import type { DropoutRates } from '../dropout.ts';
import type { CompressibleWeight } from '../layer.ts';
import type { AttentionView } from './attention-layer.ts';

/**
 * What a pass reads besides the variables. Whatever changes from batch to batch comes in here, random seeds included.
 */
export type SequenceInputs = {
  /** Source tokens [batch, m], int32. */
  source: Tensor;
  /** Tokens that the decoder reads, [batch, n], int32: the translation, one place to the right. */
  target: Tensor;
  /** Added to the scores of the source tokens, [batch, m]: 0, or −1e9 for padding, which is then not attended to. */
  sourceMask?: Tensor;
  /** The same for the target tokens, [batch, n]. No token attends to later ones in any case. */
  targetMask?: Tensor;
  /** What the masks of dropout follow from, [2], int32. */
  dropoutSeed?: Tensor;
};

/** A decoder that reads one token after another, for several hypotheses a sentence. */
export interface IncrementalDecoder {
  /** Every layer's keys and values of the memory, [batch, heads, m, size]. */
  views(memory: Tensor, batch: number): AttentionView[];
  /** Every layer's keys and values of no tokens yet, with room for `length`, [rows, heads, length, size]. */
  empty(rows: number, length: number): AttentionView[];
  /** Logits [rows, vocabulary] after one more token a row, and the layers' keys and values with that token. */
  next(inputs: NextInputs): { logits: Tensor; views: AttentionView[] };
}

export interface NextInputs {
  /** [rows], int32: the hypotheses of a sentence one after the other, equally many for every sentence. */
  tokens: Tensor;
  /** How many tokens came before, a scalar, int32. */
  position: Tensor;
  /** Of the tokens before. */
  before: readonly AttentionView[];
  /** Of the memory. */
  memory: readonly AttentionView[];
  /** Added to the scores of the source tokens, [batch, m]. */
  sourceMask: Tensor;
}

/** A network from a sequence to the next tokens of another, with its variables in the blueprint's order. */
export interface SequenceModel {
  readonly blueprint: TransformerBlueprint;
  readonly variables: readonly Variable[];
  /** Matrices, factorized or not, and the products of attention's projections: what is decayed and measured as one. */
  readonly products: Readonly<Record<ProductName, readonly CompressibleWeight[]>>;
  /** Source tokens to the memory that the decoder attends to, [batch·m, width]. */
  encode(inputs: Pick<SequenceInputs, 'source' | 'sourceMask'>): Tensor;
  /** Memory and target tokens to logits [batch·n, vocabulary]. */
  decode(memory: Tensor, inputs: Omit<SequenceInputs, 'source'>): Tensor;
  /** The decoder in steps. */
  readonly incremental: IncrementalDecoder;
  /** Logits [batch·n, vocabulary], the tokens of a sentence one after the other. */
  apply(inputs: SequenceInputs): Tensor;
  /**
   * Cross-entropy of those logits, with label smoothing ε, and the right answers; labels and weights are [batch·n].
   *
   * @param rates of dropout, in training; the inputs then have a seed
   */
  crossEntropy(
    inputs: SequenceInputs,
    labels: Tensor,
    weights: Tensor | null,
    smoothing: number,
    rates?: DropoutRates,
  ): LinearCrossEntropy;
}
