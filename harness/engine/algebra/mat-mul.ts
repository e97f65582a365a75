import { runOp, type Tensor, tf } from '../tensorflow.ts';

export interface MatMulOptions {
  /** Multiply with Aᵀ in place of A. */
  transposeA?: boolean;
  /** Multiply with Bᵀ in place of B. */
  transposeB?: boolean;
}

/** A product op(A)·op(B), where op transposes the last two axes or does nothing. */
type Product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean) => Tensor;

/**
 * op(A)·op(B) of two matrices, op(A) [m, k] and op(B) [k, n], by the `MatMul` operation, which is faster than the
 * batched product that tfjs runs for matrices too.
 *
 * @returns [m, n]
 */
export function matMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  return differentiable(product, a, b, options);
}

/**
 * op(A)·op(B) of every pair of matrices in two batches, op(A) [..., m, k] and op(B) [..., k, n] with equal leading
 * axes.
 *
 * @returns [..., m, n]
 */
export function batchMatMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  return differentiable(batched, a, b, options);
}

/** op(A)·op(B) of two matrices without a gradient. */
export function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return runOp('MatMul', [a, b], {
    T: { type: 'float32' },
    transpose_a: { bool: transposeA },
    transpose_b: { bool: transposeB },
  })[0]!;
}

function batched(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return runOp('BatchMatMulV2', [a, b], {
    T: { type: 'float32' },
    adj_x: { bool: transposeA },
    adj_y: { bool: transposeB },
  })[0]!;
}

/** With C = op(A)·op(B): ∂op(A) = ∂C·op(B)ᵀ and ∂op(B) = op(A)ᵀ·∂C, transposed back where op transposes. */
function differentiable(multiply: Product, a: Tensor, b: Tensor, options: MatMulOptions): Tensor {
  const { transposeA = false, transposeB = false } = options;
  return tf.customGrad((left, right, save) => {
    (save as (tensors: Tensor[]) => void)([left as Tensor, right as Tensor]);
    return {
      value: multiply(left as Tensor, right as Tensor, transposeA, transposeB),
      gradFunc: (dy: Tensor, [savedA, savedB]: Tensor[]) => [
        transposeA ? multiply(savedB!, dy, transposeB, true) : multiply(dy, savedB!, false, !transposeB),
        transposeB ? multiply(dy, savedA!, true, transposeA) : multiply(savedA!, dy, !transposeA, false),
      ],
    };
  })(a, b);
}
