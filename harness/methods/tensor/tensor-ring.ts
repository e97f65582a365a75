import { foldedDims } from '../../tensor/fold.ts';
import { sizeOf } from '../../tensor/nd-array.ts';
import { composeRing, ringCompositionMacs, ringDecay, ringShapes, tensorRing } from '../../tensor/tensor-ring.ts';
import { cutWarning, scaledRank } from '../scaled-rank.ts';
import { foldedPointwise } from './folded-pointwise.ts';

/**
 * Tensor ring of three dims. It is closed by r_0, the least divisor of d_1 above 1; the others are r_1 = max(1,
 * round(s·d_1/r_0)) and r_2 = max(1, round(s·min(d_1·d_2/r_0, r_0·d_3))): the ranks of an exact ring at s = 1. r_2 is
 * at most min(r_1·d_2, r_0·d_3): where r_1 was rounded down, it can be less than asked. Where d_1 is prime r_0 is 1, a
 * train. Initialized by ring SVD.
 */
export const tensorRingMethod = foldedPointwise({
  name: 'tensor-ring',
  source: 'Zhao et al. 2016',
  definition: 'Depthwise, then a pointwise matrix that is folded into three dims and is a ring of three cores.',
  cores: ['core1', 'core2', 'core3'],
  plan(rows, columns, scale) {
    const dims = foldedDims(rows, columns);
    const closing = leastDivisor(dims[0]);
    const split = dims[0] / closing;
    const second = scaledRank(scale, split);
    const third = scaledRank(scale, Math.min(split * dims[1], closing * dims[2]));
    const ranks = [closing, second, Math.min(third, second * dims[1], closing * dims[2])];
    const shapes = ringShapes(dims, ranks);
    const warning = cutWarning([closing, second, third], ranks);
    return { dims, ranks, shapes, macs: ringCompositionMacs(shapes), paths: sizeOf(ranks), warning };
  },
  decompose: (tensor, { ranks }) => ({ cores: tensorRing(tensor, ranks) }),
  compose: composeRing,
  decay: ringDecay,
});

/** The least divisor above 1; 1 for a prime. */
function leastDivisor(size: number): number {
  for (let divisor = 2; divisor * divisor <= size; divisor++) if (size % divisor === 0) return divisor;
  return 1;
}
