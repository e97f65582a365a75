import { matMul } from '../engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';

/** W = U M Vᵀ with factors U [m, r], M [r, r] and V [n, r]. */
export type ThreeFactors = {
  u: Tensor;
  m: Tensor;
  v: Tensor;
};

/**
 * V Mᵀ [n, r], with which W = U(V Mᵀ)ᵀ is a product of two factors.
 *
 * @param v [n, r]
 * @param m [r, r]
 */
export function rightFactor(v: Tensor, m: Tensor): Tensor {
  return matMul(v, m, { transposeB: true });
}

/**
 * Gradients of ½‖U M Vᵀ‖²_F (Khodak et al. 2021, section 3.2, and their released code), in O((m + n + r)r²) without the
 * m x n product: with A = UᵀU and B = VᵀV, ∂U = U(M B Mᵀ), ∂M = A M B and ∂V = V(Mᵀ A M). The order of the rows of U
 * and V does not matter.
 */
export function threeFactorGradients({ u, m, v }: ThreeFactors): ThreeFactors {
  return tf.tidy(() => {
    const [a, b] = [u, v].map((factor) => matMul(factor, factor, { transposeA: true }));
    const [am, mb] = [matMul(a!, m), matMul(m, b!)];
    return {
      u: matMul(u, matMul(mb, m, { transposeB: true })),
      m: matMul(am, b!),
      v: matMul(v, matMul(m, am, { transposeA: true })),
    };
  });
}
