import { filled, randomly } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/**
 * The control of every pruning method: before training, weights are kept at random, every set of that number over all
 * layers equally likely, and the network is trained under that mask.
 */
export const randomPruning: SparseMethod = {
  kind: 'sparse',
  name: 'random-pruning',
  source: 'a control of every pruning method',
  definition:
    'Before training, weights are kept at random, every set of that number equally likely, and trained under that mask.',
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const sizes = context.weights.map(({ size }) => size);
      context.setMasks(randomly(filled(sizes, 1), context.keep, context.stream('mask')));
    },
  }),
};
