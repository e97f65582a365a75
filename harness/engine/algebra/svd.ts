import { runOp, type Tensor, type Tensor1D, type Tensor2D, tf } from '../tensorflow.ts';

/**
 * The thin singular value decomposition A = P diag(σ) Qᵀ: P [m, k], σ [k] in descending order, Q [n, k], k = min(m, n).
 */
export interface Svd {
  p: Tensor2D;
  sigma: Tensor1D;
  q: Tensor2D;
}

/** Thin singular value decomposition by TensorFlow's own operation. */
export function svd(a: Tensor): Svd {
  const [sigma, p, q] = runOp(
    'Svd',
    [a],
    { T: { type: 'float32' }, compute_uv: { bool: true }, full_matrices: { bool: false } },
    3,
  );
  return { p: p as Tensor2D, sigma: sigma as Tensor1D, q: q as Tensor2D };
}

/** The singular values alone, in descending order. */
export function singularValues(a: Tensor): Tensor1D {
  return tf.tidy(() => {
    const attributes = { T: { type: 'float32' }, compute_uv: { bool: false }, full_matrices: { bool: false } } as const;
    return runOp('Svd', [a], attributes, 3)[0] as Tensor1D;
  });
}
