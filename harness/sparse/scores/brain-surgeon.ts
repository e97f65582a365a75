import { product } from '../../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { inverseDiagonal } from '../../tensor/cholesky.ts';
import { ndArray } from '../../tensor/nd-array.ts';

/**
 * Optimal brain surgery (Hassibi and Stork 1993) on one layer W [in, out] whose Hessian is A ⊗ G: the loss rises by
 * ½·Σ D∘(A·D·G) where W changes by D.
 */

/** M + ε·tr(M)/n·I of a symmetric matrix, so that it can be inverted; with a floor for one of zeros. */
export function damped(matrix: Tensor, damping: number): Tensor {
  const size = matrix.shape[0]!;
  const values = Float64Array.from(matrix.dataSync());
  let trace = 0;
  for (let i = 0; i < size; i++) trace += values[i * (size + 1)]!;
  const added = Math.max((trace * damping) / size, 1e-20);
  for (let i = 0; i < size; i++) values[i * (size + 1)]! += added;
  return tf.tensor(Float32Array.from(values), [size, size]);
}

/**
 * The rise of the loss where one weight is removed and all others follow: W_ji²/(2·[A⁻¹]_jj·[G⁻¹]_ii) of every entry.
 *
 * @param inputs A [in, in], positive definite
 * @param outputs G [out, out], positive definite
 * @throws Error where one is not positive definite to rounding, or not finite
 */
export function surgeonScores(weights: Float32Array, inputs: Tensor, outputs: Tensor): Float64Array {
  const [rows, columns] = [inverseDiagonalOf(inputs), inverseDiagonalOf(outputs)];
  return Float64Array.from(weights, (weight, flat) => {
    const [j, i] = [Math.floor(flat / columns.length), flat % columns.length];
    return weight ** 2 / (2 * rows[j]! * columns[i]!);
  });
}

function inverseDiagonalOf(matrix: Tensor): Float64Array {
  return inverseDiagonal(ndArray(matrix.shape, matrix.dataSync()));
}

/** Divided by its largest entry's magnitude. */
function ofUnitScale(matrix: Tensor): Tensor {
  return tf.tidy(() => tf.div(matrix, tf.max(tf.abs(matrix))));
}

/** Conjugate gradients end at this share of the first residual's norm, or after so many steps. */
const tolerance = 1e-4;
const mostSteps = 100;

/**
 * The kept weights after all others are removed together: W + X, X zero outside the mask, at the least rise of the
 * loss, where (A·(X − W∘(1 − M))·G)∘M = 0. Solved by conjugate gradients, each step of which lowers the loss, so that
 * an early end is an approximation between plain removal and the solution.
 *
 * @param weights W [in, out]
 * @param mask M [in, out], 0 or 1
 * @returns [in, out], zero outside the mask; the caller owns it
 */
export function surgeonUpdate(weights: Tensor, mask: Tensor, inputs: Tensor, outputs: Tensor): Tensor {
  const inner = (a: Tensor, b: Tensor) => tf.tidy(() => tf.sum(tf.mul(a, b)).dataSync()[0]!);
  return tf.tidy(() => {
    // The solution does not depend on the factors' scales, but float32 squares of small gradients' squares pass below
    // its range.
    const [a, g] = [ofUnitScale(inputs), ofUnitScale(outputs)];
    const applied = (d: Tensor) =>
      tf.tidy(() => tf.mul(product(product(a, d, false, false), g, false, false), mask) as Tensor);
    const kept = tf.mul(weights, mask) as Tensor;
    let x = tf.zerosLike(weights) as Tensor;
    let residual = applied(tf.sub(weights, kept));
    let direction = residual;
    let square = inner(residual, residual);
    const end = square * tolerance ** 2;
    for (let step = 0; step < mostSteps && square > end; step++) {
      const image = applied(direction);
      const length = square / inner(direction, image);
      x = tf.add(x, tf.mul(direction, length));
      residual = tf.sub(residual, tf.mul(image, length));
      const next = inner(residual, residual);
      direction = tf.add(residual, tf.mul(direction, next / square));
      square = next;
    }
    return tf.add(kept, x) as Tensor;
  });
}
