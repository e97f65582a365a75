import type { RegimeName, TargetName } from '../../../harness/spec/lazy-training.ts';

/**
 * Relative risks in the limit of many dimensions d at a fixed ρ = N/d, of targets whose diagonals are drawn as this suite
 * draws them.
 */

/** What of a diagonal's law decides the limits. */
interface Law {
  /** β = lim Tr(D)²/(d‖D‖²_F) = (E D)²/E D². */
  traceShare: number;
  /** The share of ‖D‖²_F beyond the largest ρd entries. */
  tail(ratio: number): number;
}

/** Exp(1): E D = 1, E D² = 2; the largest share ρ of it is what lies above −ln ρ. */
const exponential: Law = {
  traceShare: 1 / 2,
  tail(ratio) {
    if (ratio === 0) return 1;
    const log = Math.log(Math.min(1, ratio));
    return 1 - (Math.min(1, ratio) * (log * log - 2 * log + 2)) / 2;
  },
};

/** U(0, 1): E D = 1/2, E D² = 1/3; the largest share ρ of it is what lies above 1 − ρ. */
const uniform: Law = { traceShare: 3 / 4, tail: (ratio) => beyond(ratio) ** 3 };

/** ‖Δ‖²_F of the mixture, d·E δ² of δ ~ U(0, 2)/√d. */
const mixtureNorm = 4 / 3;

/**
 * The limit of a regime's least relative risk.
 *
 * Of the quadratic target: RF 1 − βρ/(1 + ρ), NT (1 − β)(1 − ρ)₊² + β(1 − ρ)₊, NN the share of ‖B‖²_F beyond the N
 * largest eigenvalues. Of the mixture 1/(1 + ½‖Δ‖²_F(1 − r)) with the r that B = Δ would have: its δ are of order 1/√d, so
 * that the coupling δₖδₗ vanishes.
 *
 * @param ratio ρ, from 0 on
 */
export function limitRisk(target: TargetName, regime: RegimeName, ratio: number): number {
  if (target === 'quadratic') return quadraticLimit(exponential, regime, ratio);
  return 1 / (1 + (mixtureNorm * (1 - quadraticLimit(uniform, regime, ratio))) / 2);
}

function quadraticLimit({ traceShare, tail }: Law, regime: RegimeName, ratio: number): number {
  const left = beyond(ratio);
  switch (regime) {
    case 'random-features':
      return 1 - (traceShare * ratio) / (1 + ratio);
    case 'neural-tangent':
      return (1 - traceShare) * left * left + traceShare * left;
    case 'neural-network':
      return tail(ratio);
  }
}

/** (1 − ρ)₊ */
function beyond(ratio: number): number {
  return Math.max(0, 1 - ratio);
}
