import { maskRandomly } from '../../sparse/random-masks.ts';
import { smartRatioCounts } from '../../sparse/smart-ratios.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/**
 * Random tickets (Su et al. 2020): before training, each layer keeps a share of its weights that is known without data
 * (smart ratios, `smartRatioCounts`), chosen at random, and the network is trained under that mask from the initial
 * weights. Layers count in the blueprint's order, a residual's branch before its shortcut's projection, which the
 * published networks do not have.
 */
export const randomTicket: SparseMethod = {
  kind: 'sparse',
  name: 'random-ticket',
  source: 'Su et al. 2020',
  definition:
    'Before training, each layer keeps a share of its weights that is known without data, chosen at random, and is trained under that mask.',
  fewestKept: (layers) => layers,
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const layers = context.weights.map(({ shape, size }) => ({
        kind: shape.length === 4 ? ('conv' as const) : ('linear' as const),
        size,
      }));
      // Of convolutions alone: a network without any keeps the same share of every matrix.
      const operations = context.images?.model.blueprint.operations ?? [];
      const residual = operations.some(({ kind }) => kind === 'residual');
      const counts = smartRatioCounts(layers, residual, context.keep);
      maskRandomly(context, counts);
    },
  }),
};
