import type { ExactCheck } from '../../record.ts';
import type { RegimeName } from '../../spec/lazy-training.ts';
import { normOf } from '../../tensor/nd-array.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { Regime } from './regime.ts';
import type { Fitted, SampledRisk } from './sampled.ts';
import type { Target } from './target.ts';

/** What is known of a fitted network's risk. All are over the risk of the best constant. */

/** Float64 sums of up to 10⁵ terms, and solutions of systems of a condition up to 10⁶. */
const solvedTolerance = 1e-9;

/**
 * The risk of what a formula gives as the best network is the least one by the formula, and its gradient vanishes there.
 * The gradient is over that at θ = 0 of the same A, so that its scale is that of θ.
 */
export function closedFormChecks(fitted: Fitted, regime: Regime, target: Target, optimum: number): ExactCheck[] {
  const form = regime.form(fitted.theta);
  const gradient = normOf(regime.chain(fitted.theta, target.riskGradient(form)).data);
  const zero = { shape: form.shape, data: new Float64Array(form.data.length) };
  const scale = normOf(regime.chain(fitted.theta, target.riskGradient(zero)).data);
  return [
    {
      name: 'risk of the best network in closed form against the formula of the least risk',
      expected: optimum,
      measured: finiteOrNull(riskOf(fitted, regime, target)),
      tolerance: solvedTolerance,
    },
    {
      name: 'gradient of the risk at the best network, over that of no network',
      expected: 0,
      measured: finiteOrNull(gradient / scale),
      tolerance: solvedTolerance,
    },
  ];
}

/**
 * How near a descent comes to the least risk. The risk of NN is not convex, and flat where eigenvalues of the target on
 * both sides of the N-th are nearly equal: of a gap γ it needs some 1/γ steps, and is off by at most γ before.
 */
const descentTolerances: Readonly<Record<RegimeName, number>> = {
  'random-features': 1e-6,
  'neural-tangent': 1e-6,
  'neural-network': 1e-4,
};

/** A descent reaches the least risk. */
export function descentCheck(risk: number, regime: RegimeName, optimum: number): ExactCheck {
  return {
    name: 'risk after gradient descent against the formula of the least risk',
    expected: optimum,
    measured: finiteOrNull(risk),
    tolerance: descentTolerances[regime],
  };
}

/** No network is better than the least risk, however it was trained. */
export function boundCheck(risk: number, optimum: number): ExactCheck {
  return {
    name: 'how far the risk after training is below the formula of the least risk',
    expected: 0,
    measured: finiteOrNull(Math.max(0, optimum - risk)),
    tolerance: solvedTolerance,
  };
}

/** Six standard errors: estimates of losses with heavy tails stray further than normal ones, some of thousands by five. */
const errors = 6;

/** Fresh examples estimate the risk that the formula gives. */
export function sampledCheck(risk: number, { risk: estimate, standardError }: SampledRisk): ExactCheck {
  return {
    name: 'risk on fresh examples against the formula of the risk, within six standard errors',
    expected: risk,
    measured: finiteOrNull(estimate),
    tolerance: errors * standardError + solvedTolerance,
  };
}

/** The exact risk of a fitted network. */
export function riskOf({ theta, offset }: Fitted, regime: Regime, target: Target): number {
  return target.risk(regime.form(theta), offset) / target.constantRisk;
}
