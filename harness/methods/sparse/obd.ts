import { oneShotPhases } from '../../sparse/fine-tuning.ts';
import { fisherDiagonal } from '../../sparse/scores/fisher.ts';
import { labelledByModel } from '../../sparse/scores/model-labels.ts';
import { highest } from '../../sparse/selection.ts';
import { imagesOf, type SparseMethod } from '../../sparse/sparse-method.ts';

/** Examples that the Fisher matrix is estimated from, or all where there are fewer. */
const fisherExamples = 1024;

/**
 * Optimal brain damage (LeCun et al. 1990) in one step: the dense network is trained; a weight's importance is the rise
 * of the loss to second order where it alone is removed, w²·H_ii/2, with the Hessian's diagonal approximated by that of
 * the Fisher matrix, its labels drawn from the network (Wang et al. 2019). The highest importances over all layers are
 * kept, and trained on.
 *
 * The estimate is from one label each of 1024 training examples, augmented as in training; neither source says how many. Fine-tuning is
 * that of magnitude pruning, so that the two differ in the importance alone.
 */
export const obd: SparseMethod = {
  kind: 'sparse',
  name: 'obd',
  source: 'LeCun et al. 1990; Wang et al. 2019',
  definition:
    'The dense network is trained; weights of highest w²·F_ii/2, F the Fisher matrix, are kept, and trained on.',
  imagesOnly: true,
  phases: oneShotPhases,
  start: (context) => ({
    variables: [],
    beforePhase(phase) {
      if (phase !== 1) return;
      const { batch, training } = imagesOf(context);
      const examples = batch('fisher', fisherExamples);
      const labelled = labelledByModel(context, examples, context.stream('labels'), training.batchSize);
      const fisher = fisherDiagonal(context, labelled);
      const scores = context.values().map((weights, l) => obdScores(weights, fisher[l]!));
      context.setMasks(highest(scores, context.keep));
    },
  }),
};

/**
 * w²·F/2 of every entry, in float64: squares of small gradients and of small weights together pass below float32's
 * range.
 */
export function obdScores(weights: Float32Array, fisher: Float32Array): Float64Array {
  return Float64Array.from(weights, (weight, i) => (weight * weight * fisher[i]!) / 2);
}
