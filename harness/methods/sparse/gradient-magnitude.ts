import { scoredBatch } from '../../sparse/scores/scored-batch.ts';
import { highest, magnitudes } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/**
 * A control of SNIP, whose score it is without the weight: at initialization, on one batch (`scoredBatch`), the
 * weights of largest |∂L/∂w| over all layers are kept, and trained under that mask. It has no publication of its own,
 * and takes all other settings from SNIP.
 */
export const gradientMagnitude: SparseMethod = {
  kind: 'sparse',
  name: 'gradient-magnitude',
  source: 'a control of snip',
  definition: 'At initialization, the weights of largest |∂L/∂w| on one batch are kept, and trained under that mask.',
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const gradients = context.gradients(scoredBatch(context));
      context.setMasks(highest(gradients.map(magnitudes), context.keep));
    },
  }),
};
