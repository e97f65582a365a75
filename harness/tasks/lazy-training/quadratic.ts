import { gaussian, type Uniform } from '../../random.ts';
import type { NdArray } from '../../tensor/nd-array.ts';
import { type Target, traceOf } from './target.ts';

/** y = ⟨x, Bx⟩ − Tr B of x ~ N(0, I), with B = diag(λ) of λₖ ~ Exp(1)/√d (the authors' scripts). */
export function drawQuadratic(dimension: number, uniform: Uniform): Target {
  const scale = 1 / Math.sqrt(dimension);
  // 1 − u is never 0. Rounded to float32, so that the last digits of a logarithm do not count.
  return quadraticTarget(Float64Array.from({ length: dimension }, () => Math.fround(-scale * Math.log(1 - uniform()))));
}

/**
 * The target of a diagonal B. The risk of A and c is 2‖B − A‖²_F + (c + Tr A)²: the quadratic form of a symmetric matrix S
 * has mean Tr S and variance 2‖S‖²_F at x ~ N(0, I).
 *
 * @param diagonal λ [d]
 */
export function quadraticTarget(diagonal: Float64Array): Target {
  const d = diagonal.length;
  const square = diagonal.reduce((sum, value) => sum + value * value, 0);
  const difference = ({ data }: NdArray) => {
    const out = Float64Array.from(data);
    for (let k = 0; k < d; k++) out[k * (d + 1)]! -= diagonal[k]!;
    return out;
  };
  return {
    diagonal,
    coupling: new Float64Array(d),
    constantRisk: 2 * square,
    risk(a, offset) {
      const mean = offset + traceOf(a);
      return 2 * difference(a).reduce((sum, value) => sum + value * value, 0) + mean * mean;
    },
    riskGradient: (a) => ({ shape: a.shape, data: difference(a).map((value) => 4 * value) }),
    // 2‖B − P‖² = 2‖B‖² − 2‖P‖² of a projection P.
    leastRisk: (captured) => Math.max(0, 1 - captured / square),
    bestScale: () => 1,
    draw(x, uniform) {
      x.set(gaussian(d, 1, uniform));
      return x.reduce((sum, value, k) => sum + diagonal[k]! * (value * value - 1), 0);
    },
  };
}
