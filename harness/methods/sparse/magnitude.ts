import { oneShotPhases } from '../../sparse/fine-tuning.ts';
import { highest, magnitudes } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/**
 * One-shot magnitude pruning (Han et al. 2015, section 3, in one step and with one threshold for all layers): the dense
 * network is trained, the weights of largest magnitude over all layers are kept, and these are trained on.
 */
export const magnitude: SparseMethod = {
  kind: 'sparse',
  name: 'magnitude',
  source: 'Han et al. 2015, section 3',
  definition: 'The dense network is trained, its largest weights over all layers are kept, and these are trained on.',
  phases: oneShotPhases,
  start: (context) => ({
    variables: [],
    beforePhase(phase) {
      if (phase === 1) context.setMasks(highest(context.values().map(magnitudes), context.keep));
    },
  }),
};
