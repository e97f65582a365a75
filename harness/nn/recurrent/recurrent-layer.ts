import { biasAdd } from '../../engine/ops/bias-add.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../../engine/variable.ts';
import type { Streams } from '../../random.ts';
import { matrixShapes, partsOf, type RecurrentShape } from '../../shape/recurrent.ts';
import type { InitName } from '../../spec/words.ts';
import { batchNormLayer } from '../batch-norm-layer.ts';
import type { Pass } from '../layer.ts';
import type { MatrixLayer } from '../matrix-layer.ts';
import type { MatrixMethod } from '../matrix-method.ts';
import { rectifier, resetStates, tanh, updateStates } from './recurrence.ts';

/** How the weight matrices of a recurrent layer are made. */
export interface RecurrentCompression {
  method: MatrixMethod;
  scale: number;
  init: InitName;
}

/** A recurrent layer in one direction, unrolled: a graph has its operations once a frame. */
export interface RecurrentLayer {
  /** Of its states. */
  readonly width: number;
  readonly variables: readonly Variable[];
  /** Its weight matrices. */
  readonly matrices: readonly MatrixLayer[];
  /**
   * The states h_1, h_2, ... of a batch of sequences, from h_0 = 0.
   *
   * @param x [frames, batch, in]
   * @param mask of ĥ, [batch, width]; null: none
   * @returns [frames, batch, width]
   */
  states(x: Tensor, pass: Pass, mask: Tensor | null): Tensor;
}

/** A layer of one of the cells, as the kind's words define them. */
export function recurrentLayer(
  shape: RecurrentShape,
  { method, scale, init }: RecurrentCompression,
  streams: Streams,
): RecurrentLayer {
  const { name, cell, width } = shape;
  const built = Object.fromEntries(
    Object.entries(matrixShapes(shape)).map(([part, matrix]) => [part, method.build(matrix, scale, init, streams)]),
  );
  const { input, recurrent, candidate } = built as Record<'input' | 'recurrent', MatrixLayer> & {
    candidate?: MatrixLayer;
  };
  const columns = partsOf(cell) * width;
  const offset = cell === 'light-gru' ? normalization(name, columns) : bias(name, columns);
  const matrices = Object.values(built);
  return {
    width,
    variables: [...matrices.flatMap(({ variables }) => variables), ...offset.variables],
    matrices,
    states(x, pass, mask) {
      const [frames, batch, features] = x.shape as [number, number, number];
      const rows = offset.apply(input.apply(tf.reshape(x, [frames * batch, features])), pass);
      const projected = tf.reshape(rows, [frames, batch, columns]);
      if (candidate !== undefined) return resetStates(projected, { recurrent, candidate }, mask);
      return updateStates(projected, recurrent, cell === 'light-gru' ? rectifier : tanh, mask);
    },
  };
}

/** What is added to the products of the frames, or done to them, before the states' are added. */
interface Offset {
  readonly variables: readonly Variable[];
  apply(rows: Tensor, pass: Pass): Tensor;
}

function bias(name: string, features: number): Offset {
  const value = filledVariable(`${name}.bias`, 'weight', [features], 0);
  return { variables: [value], apply: (rows) => biasAdd(rows, value.value) };
}

/** Batch normalization over all frames of a batch. */
function normalization(name: string, channels: number): Offset {
  const layer = batchNormLayer({ kind: 'batch-norm', name: `${name}.normalization`, channels });
  return {
    variables: layer.variables,
    apply(rows, pass) {
      const pixels = tf.reshape(rows, [rows.shape[0]!, 1, 1, channels]);
      return tf.reshape(layer.apply(pixels, pass), rows.shape);
    },
  };
}
