import { foldedDims } from '../../tensor/fold.ts';
import { composeTrain, tensorTrain, trainCompositionMacs, trainDecay, trainShapes } from '../../tensor/tensor-train.ts';
import { scaledRank } from '../scaled-rank.ts';
import { foldedPointwise } from './folded-pointwise.ts';

/** Tensor train of three dims, ranks r_k = max(1, round(s·min(d_k, d_{k+1}))). Initialized by TT-SVD. */
export const tensorTrainMethod = foldedPointwise({
  name: 'tensor-train',
  source: 'Khodak et al. 2021, section 4.2',
  definition: 'Depthwise, then a pointwise matrix that is folded into three dims and is a train of three cores.',
  cores: ['core1', 'core2', 'core3'],
  plan(rows, columns, scale) {
    const dims = foldedDims(rows, columns);
    const [r1, r2] = [scaledRank(scale, Math.min(dims[0], dims[1])), scaledRank(scale, Math.min(dims[1], dims[2]))];
    const shapes = trainShapes(dims, [r1, r2]);
    return { dims, ranks: [r1, r2], shapes, macs: trainCompositionMacs(shapes), paths: r1 * r2 };
  },
  decompose: (tensor, { ranks }) => ({ cores: tensorTrain(tensor, ranks) }),
  compose: composeTrain,
  decay: trainDecay,
});
