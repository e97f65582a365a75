import { composeKronecker, kroneckerDecay, kroneckerSum } from '../../tensor/kronecker.ts';
import { scaledRank } from '../scaled-rank.ts';
import { foldedPointwise } from './folded-pointwise.ts';

/**
 * Sum of Kronecker products A_s ⊗ B_s for the matrix as it is, not folded. A is o_1 x i_1 with o_1 the least divisor of
 * the outputs from their square root on and i_1 the largest of the inputs up to theirs, so that A and B are of like
 * size. The number of terms R = max(1, round(s·min(o_1·i_1, o_2·i_2))) is exact at s = 1. Initialized by the nearest
 * sum (Van Loan and Pitsianis 1993).
 *
 * W is composed and then applied. A term by itself would take i_1·o_2·(i_2 + o_1) operations a pixel: at 640 x 640 as
 * many as a sixteenth of W, so that fewer than 16 terms would pay, where the published budgets have 20 and 166.
 */
export const kroneckerMethod = foldedPointwise({
  name: 'kronecker',
  source: 'Van Loan and Pitsianis 1993',
  definition: 'Depthwise, then a pointwise matrix that is a sum of R Kronecker products A ⊗ B.',
  cores: ['a', 'b'],
  plan(rows, columns, scale) {
    const { a, b } = sizesOf(rows, columns);
    const terms = scaledRank(scale, Math.min(a[0] * a[1], b[0] * b[1]));
    const macs = terms * rows * columns;
    return {
      dims: [rows, columns],
      ranks: [terms],
      shapes: [
        [terms, ...a],
        [terms, ...b],
      ],
      macs,
      paths: terms,
    };
  },
  decompose: (matrix, { ranks }) => {
    const [rows, columns] = matrix.shape as [number, number];
    return { cores: kroneckerSum(matrix, sizesOf(rows, columns), ranks[0]!) };
  },
  compose: composeKronecker,
  decay: kroneckerDecay,
});

function sizesOf(rows: number, columns: number): { a: [number, number]; b: [number, number] } {
  const [o2, i1] = [nearestDivisor(rows), nearestDivisor(columns)];
  return { a: [rows / o2, i1], b: [o2, columns / i1] };
}

/** The largest divisor that is at most the square root. */
function nearestDivisor(size: number): number {
  let divisor = Math.floor(Math.sqrt(size));
  while (size % divisor !== 0) divisor--;
  return divisor;
}
