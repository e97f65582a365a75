import {
  composeCp,
  cp,
  cpCompositionMacs,
  cpDecay,
  type Sweeping,
  sweepingOfDraws,
  sweepingWarning,
} from '../../tensor/cp.ts';
import { foldedDims } from '../../tensor/fold.ts';
import { scaledRank } from '../scaled-rank.ts';
import { foldedPointwise, type PointwiseFormat } from './folded-pointwise.ts';

/**
 * CP of three dims. Its rank R = max(1, round(s·R_1)) is scaled by R_1 = ∏d_k / max d_k, at which every tensor has an
 * exact CP; the released code scales the least dim, so that it reaches small budgets only. Initialized by alternating
 * least squares from the higher-order SVD.
 */
export const cpMethod = foldedPointwise(cpFormat(sweepingOfDraws));

/** CP as a format of pointwise matrices, with so many sweeps of alternating least squares. */
export function cpFormat(sweeping: Sweeping): PointwiseFormat {
  return {
    name: 'cp',
    source: 'Khodak et al. 2021, released code, with more terms',
    definition: 'Depthwise, then a pointwise matrix that is folded into three dims and is a sum of R rank-one tensors.',
    cores: ['factor1', 'factor2', 'factor3'],
    plan(rows, columns, scale) {
      const dims = foldedDims(rows, columns);
      const rank = scaledRank(scale, (rows * columns) / Math.max(...dims));
      const shapes = dims.map((size) => [size, rank]);
      return { dims, ranks: [rank], shapes, macs: cpCompositionMacs(dims, rank), paths: rank };
    },
    decompose(tensor, { ranks }, uniform) {
      const result = cp(tensor, ranks[0]!, { uniform, ...sweeping });
      return { cores: result.factors, ...sweepingWarning(result) };
    },
    compose: composeCp,
    decay: cpDecay,
  };
}
