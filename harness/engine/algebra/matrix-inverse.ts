import { runOp, type Tensor } from '../tensorflow.ts';

/**
 * A⁻¹ of a square matrix. No gradient.
 *
 * @throws Error from TensorFlow where A is singular.
 */
export function matrixInverse(a: Tensor): Tensor {
  return runOp('MatrixInverse', [a], { T: { type: 'float32' }, adjoint: { bool: false } })[0]!;
}
