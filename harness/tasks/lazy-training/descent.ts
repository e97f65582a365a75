import type { GradientDescentSpec } from '../../spec/lazy-training.ts';
import { type NdArray, normOf } from '../../tensor/nd-array.ts';
import type { Regime } from './regime.ts';
import type { Target } from './target.ts';
import { traceOf } from './target.ts';

/** Where a descent has come to. */
export interface Descended {
  theta: NdArray;
  /** Of θ: the exact risk over the constant's, the offset at its best. */
  risk: number;
  /** ‖∂/∂θ‖ of that. */
  gradientNorm: number;
}

/**
 * Gradient descent with momentum, v ← μv + g, θ ← θ − ηv, on the population risk over the constant's, R(A(θ), −Tr A(θ)):
 * its gradient is exact, and float64 tells apart what float32 could not, the last digits of the least risk.
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
    if (step === steps || !Number.isFinite(risk)) return;
    for (let i = 0; i < velocity.length; i++) {
      velocity[i] = momentum * velocity[i]! + gradient[i]!;
      theta.data[i]! -= learningRate * velocity[i]!;
    }
  }
}
