import { matMul } from '../../engine/algebra/mat-mul.ts';
import { biasAdd } from '../../engine/ops/bias-add.ts';
import { relu } from '../../engine/ops/relu.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable, variableOf } from '../../engine/variable.ts';
import { gaussian, type Streams } from '../../random.ts';

/** A network that reads what stands before a mention, and says which relations to go along from there. */
export interface Encoder {
  readonly variables: readonly Variable[];
  /**
   * n = softplus(W₂·relu(W₁x + b₁) + b₂): how much of each relation.
   *
   * @param words x [rows, words], how often each word stands there
   * @returns [rows, relations], positive
   */
  counts(words: Tensor): Tensor;
}

export interface EncoderShape {
  readonly words: number;
  readonly hidden: number;
  readonly relations: number;
}

/** Weights drawn from N(0, 2/inputs) and N(0, 1/inputs), biases 0. */
export function newEncoder({ words, hidden, relations }: EncoderShape, streams: Streams): Encoder {
  const drawn = (name: string, rows: number, columns: number, variance: number) => {
    const entries = gaussian(rows * columns, Math.sqrt(variance), streams(`weights/${name}`));
    return variableOf(name, 'weight', entries, [rows, columns]);
  };
  const into = drawn('encoder.hidden', words, hidden, 2 / words);
  const intoBias = filledVariable('encoder.hidden.bias', 'weight', [hidden], 0);
  const out = drawn('encoder.relations', hidden, relations, 1 / hidden);
  const outBias = filledVariable('encoder.relations.bias', 'weight', [relations], 0);
  return {
    variables: [into, intoBias, out, outBias],
    counts: (x) => {
      const read = relu(biasAdd(matMul(x, into.value), intoBias.value));
      return tf.softplus(biasAdd(matMul(read, out.value), outBias.value));
    },
  };
}
