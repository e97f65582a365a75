import { foldedDims } from '../../tensor/fold.ts';
import { sizeOf } from '../../tensor/nd-array.ts';
import { composeTucker, tucker, tuckerCompositionMacs, tuckerDecay } from '../../tensor/tucker.ts';
import { foldedPointwise } from './folded-pointwise.ts';
import { tuckerRanks } from './tucker-ranks.ts';

/**
 * Tucker of three dims with a core of its own, ranks S_k = max(1, round(s·d_k)). Initialized by the sequentially
 * truncated higher-order SVD.
 */
export const tuckerMethod = foldedPointwise({
  name: 'tucker',
  source: 'Khodak et al. 2021, section 4.2',
  definition:
    'Depthwise, then a pointwise matrix that is folded into three dims and is a core times a factor for each dim.',
  cores: ['core', 'factor1', 'factor2', 'factor3'],
  plan(rows, columns, scale) {
    const dims = foldedDims(rows, columns);
    const { ranks, warning } = tuckerRanks(dims, scale);
    const shapes = [ranks, ...dims.map((size, k) => [size, ranks[k]!])];
    return { dims, ranks, shapes, macs: tuckerCompositionMacs(dims, ranks), paths: sizeOf(ranks), warning };
  },
  decompose: (tensor, { ranks }) => ({ cores: tucker(tensor, ranks) }),
  compose: composeTucker,
  decay: tuckerDecay,
});
