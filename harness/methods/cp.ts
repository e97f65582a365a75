import { composeCp, cp, cpCompositionMacs, cpDecay } from '../tensor/cp.ts';
import { foldedDims } from '../tensor/fold.ts';
import { foldedPointwise, type PointwiseFormat } from './folded-pointwise.ts';
import { scaledRank } from './scaled-rank.ts';

/** Sweeps of alternating least squares at most, and the gain of a sweep, in shares of ‖W‖, below which they end. */
export interface Sweeping {
  maxSweeps: number;
  tolerance: number;
}

/**
 * CP of three dims. Its rank R = max(1, round(s·R_1)) is scaled by R_1 = ∏d_k / max d_k, at which every tensor has an exact
 * CP; the released code scales the least dim, so that it reaches small budgets only. Initialized by alternating least
 * squares from the higher-order SVD: noise has no CP to find, so that sweeps end where they gain little.
 */
export const cpMethod = foldedPointwise(cpFormat({ maxSweeps: 30, tolerance: 5e-3 }));

export function cpFormat(sweeping: Sweeping): PointwiseFormat {
  return {
    name: 'cp',
    cores: ['factor1', 'factor2', 'factor3'],
    plan(rows, columns, scale) {
      const dims = foldedDims(rows, columns);
      const rank = scaledRank(scale, (rows * columns) / Math.max(...dims));
      const shapes = dims.map((size) => [size, rank]);
      return { dims, ranks: [rank], shapes, macs: cpCompositionMacs(dims, rank), paths: rank };
    },
    decompose(tensor, { ranks }, uniform) {
      const { factors, error, sweeps, converged } = cp(tensor, ranks[0]!, { uniform, ...sweeping });
      if (converged) return { cores: factors };
      const reached = `alternating least squares had not converged after ${sweeps} sweeps (relative error ${error.toFixed(3)})`;
      return { cores: factors, warning: reached };
    },
    compose: composeCp,
    decay: cpDecay,
  };
}
