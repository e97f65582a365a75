import { runOp, type Tensor, type Tensor1D, tf } from '../tensorflow.ts';

/**
 * The singular values of a matrix in descending order, by TensorFlow's own operation. It is many times faster than the
 * project's decomposition, but its last bits depend on the processor: for measuring alone, never for what decides
 * weights or masks, which `tensor/truncated-svd.ts` is for.
 */
export function singularValues(a: Tensor): Tensor1D {
  return tf.tidy(() => {
    const attributes = { T: { type: 'float32' }, compute_uv: { bool: false }, full_matrices: { bool: false } } as const;
    return runOp('Svd', [a], attributes, 3)[0] as Tensor1D;
  });
}
