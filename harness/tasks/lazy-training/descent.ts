import type { GradientDescentSpec } from '../../spec/lazy-training.ts';
import { type NdArray, normOf } from '../../tensor/nd-array.ts';
import type { Regime } from './regime.ts';
import { type Target, traceOf } from './target.ts';

/** Where a descent has come to. */
export interface Descended {
  theta: NdArray;
  /** Of θ: the exact risk over the constant's, the offset at its best. */
  risk: number;
  /** ‖∂/∂θ‖ of that. */
  gradientNorm: number;
}

/** A gradient this small is the rounding of none: the risk is within its square of where it stays. */
const stillness = 1e-11;

/**
 * Gradient descent with momentum, v ← μv + g, θ ← θ − ηv, on the population risk over the constant's, R(A(θ), −Tr A(θ)):
 * its gradient is exact. In float64, since float32 would end short of the least risk's sixth digit; and with the project's own
 * products, so that it comes to the same bits on every processor. It ends early where nothing moves.
 *
 * @yields where it is, before the first step and after each
 */
export function* descent(
  regime: Regime,
  target: Target,
  { learningRate, momentum, steps }: GradientDescentSpec,
): Generator<Descended, void, undefined> {
  const theta = { shape: regime.shape, data: Float64Array.from(regime.start.data) };
  const velocity = new Float64Array(theta.data.length);
  for (let step = 0; ; step++) {
    const form = regime.form(theta);
    const { data: slope } = regime.chain(theta, target.riskGradient(form));
    const gradient = slope.map((value) => value / target.constantRisk);
    const risk = target.risk(form, -traceOf(form)) / target.constantRisk;
    yield { theta: { ...theta, data: Float64Array.from(theta.data) }, risk, gradientNorm: normOf(gradient) };
    if (step === steps || normOf(gradient) <= stillness || !Number.isFinite(risk)) return;
    for (let i = 0; i < velocity.length; i++) {
      velocity[i] = momentum * velocity[i]! + gradient[i]!;
      theta.data[i]! -= learningRate * velocity[i]!;
    }
  }
}
