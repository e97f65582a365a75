import { biasAdd } from '../engine/ops/bias-add.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';
import type { MatrixLayer } from './matrix-layer.ts';

/** Layers one after another: tanh(x·W + b), the last one without tanh. */
export interface Perceptron {
  readonly variables: readonly Variable[];
  readonly matrices: readonly MatrixLayer[];
  readonly biases: readonly Variable[];
  apply(x: Tensor): Tensor;
}

/** A normal distribution with a diagonal covariance for each row: [rows, latent] both. */
export interface DiagonalNormal {
  mean: Tensor;
  logVariance: Tensor;
}

/** The first half of each row is a mean, the second a log-variance: [rows, 2·latent]. */
export function normalOf(both: Tensor): DiagonalNormal {
  const [rows, width] = both.shape as [number, number];
  const latent = width / 2;
  return {
    mean: tf.slice(both, [0, 0], [rows, latent]),
    logVariance: tf.slice(both, [0, latent], [rows, latent]),
  };
}

/**
 * Layers of the given shapes; biases begin at zero.
 *
 * @param bound H, the bound of the norm of each column of the matrices; null: none
 */
export function perceptronOf(
  shapes: readonly MatrixShape[],
  build: (shape: MatrixShape) => MatrixLayer,
  bound: number | null,
): Perceptron {
  const matrices = shapes.map(build);
  const biases = shapes.map(({ name, outFeatures }) => filledVariable(`${name}.bias`, 'weight', [outFeatures], 0));
  return {
    variables: matrices.flatMap((matrix, index) => [...matrix.variables, biases[index]!]),
    matrices,
    biases,
    apply: (x) =>
      matrices.reduce((input, matrix, index) => {
        const product = matrix.apply(input);
        const bounded = bound === null ? product : tf.mul(product, columnScales(matrix.matrix(), bound));
        const output = biasAdd(bounded, biases[index]!.value);
        return index === matrices.length - 1 ? output : tf.tanh(output);
      }, x),
  };
}

/** Keeps the norm of a column of zeros, and its gradient, a number. */
const smallest = 1e-12;

/**
 * H·tanh(‖v‖/H)/‖v‖ for each column v of a matrix: near 1 for short columns, and such that no column times it is as long
 * as H.
 *
 * @param matrix [in, out]
 * @returns [out]
 */
export function columnScales(matrix: Tensor, bound: number): Tensor {
  const norms = tf.sqrt(tf.add(tf.sum(tf.square(matrix), 0), smallest));
  return tf.div(tf.mul(tf.tanh(tf.div(norms, bound)), bound), norms);
}
