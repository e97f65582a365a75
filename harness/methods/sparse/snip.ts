import { scoredBatch } from '../../sparse/scores/scored-batch.ts';
import { highest } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/**
 * SNIP (Lee et al. 2019): at initialization, on one batch (`scoredBatch`), a weight's score is the magnitude of the
 * loss's derivative for its mask entry, |∂L/∂m| = |w·∂L/∂w| at m = 1. The highest scores over all layers are kept,
 * and the initial weights are trained under that mask. The published method draws weights of scaled variance (Glorot
 * and Bengio 2010); here they are the dense network's own, He normal, which are of scaled variance too.
 */
export const snip: SparseMethod = {
  kind: 'sparse',
  name: 'snip',
  source: 'Lee et al. 2019',
  definition: 'At initialization, the weights of largest |w·∂L/∂w| on one batch are kept, and trained under that mask.',
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const gradients = context.gradients(scoredBatch(context));
      const scores = context.values().map((weights, l) => snipScores(weights, gradients[l]!));
      context.setMasks(highest(scores, context.keep));
    },
  }),
};

/** |w·∂L/∂w| of every entry; without the published division by their sum, which orders them alike. */
export function snipScores(weights: Float32Array, gradients: Float32Array): Float32Array {
  return weights.map((weight, i) => Math.abs(weight * gradients[i]!));
}
