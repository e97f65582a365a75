import { gaussian, type Uniform } from '../../random.ts';
import { innerProduct, linearForm, type Target, traceOf } from './target.ts';

/**
 * Two classes, y = ±1, each with probability ½, of x ~ N(0, I ± Δ), Δ = diag(δ) of δₖ ~ U(0, 2)/√d. The authors' mixture is
 * not published with their scripts; this one has δ of their order, 1/√d, and another trace share than their quadratic.
 */
export function drawMixture(dimension: number, uniform: Uniform): Target {
  const scale = 2 / Math.sqrt(dimension);
  return mixtureTarget(Float64Array.from({ length: dimension }, () => Math.fround(scale * uniform())));
}

/**
 * The target of a diagonal Δ, 0 ≤ δₖ < 1. In class ± the form of A has mean Tr A ± Tr AΔ and variance
 * 2‖A‖²_F ± 4 Tr A²Δ + 2 Tr AΔAΔ, so that the risk of A and c is 2⟨A, A⟩_Q + (Tr AΔ − 1)² + (c + Tr A)² with
 * Mₖₗ = 1 + δₖδₗ.
 *
 * @param diagonal δ [d]
 */
export function mixtureTarget(diagonal: Float64Array): Target {
  const d = diagonal.length;
  const target: Target = {
    diagonal,
    coupling: diagonal,
    constantRisk: 1,
    risk(a, offset) {
      const [form, mean] = [linearForm(target, a) - 1, offset + traceOf(a)];
      return 2 * innerProduct(target, a, a) + form * form + mean * mean;
    },
    riskGradient(a) {
      const outer = 2 * (linearForm(target, a) - 1);
      const gradient = a.data.map((value, flat) => {
        const [k, l] = [Math.floor(flat / d), flat % d];
        return 4 * (1 + diagonal[k]! * diagonal[l]!) * value + (k === l ? outer * diagonal[k]! : 0);
      });
      return { shape: a.shape, data: gradient };
    },
    // At the multiple τP: 2τ²s + (τs − 1)², least at τ = 1/(2 + s).
    leastRisk: (captured) => 1 / (1 + captured / 2),
    bestScale: (captured) => 1 / (2 + captured),
    draw(x, uniform) {
      const sign = uniform() < 0.5 ? -1 : 1;
      x.set(gaussian(d, 1, uniform).map((value, k) => value * Math.sqrt(1 + sign * diagonal[k]!)));
      return sign;
    },
  };
  return target;
}
