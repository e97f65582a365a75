import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { oneShotPhases } from '../../sparse/fine-tuning.ts';
import { damped, surgeonScores, surgeonUpdate } from '../../sparse/scores/brain-surgeon.ts';
import { kroneckerFactors } from '../../sparse/scores/kronecker-factors.ts';
import { labelledByModel } from '../../sparse/scores/model-labels.ts';
import { highest } from '../../sparse/selection.ts';
import { imagesOf, type SparseContext, type SparseMethod } from '../../sparse/sparse-method.ts';

/** Examples that the Kronecker factors are estimated from, or all where there are fewer. */
const factorExamples = 1024;

/** Share of a factor's mean diagonal entry that is added to its diagonal. */
const damping = 1e-3;

/**
 * MLPrune (Zeng and Urtasun 2018): the dense network is trained; with the Hessian of each layer approximated by
 * Kronecker factors A ⊗ G, a weight's importance is w²/(2·[A⁻¹]_jj·[G⁻¹]_ii), the rise of the loss where it is removed
 * and all others follow. The highest importances over all layers are kept (one threshold, so that each layer's share
 * follows from it), the kept weights take the optimal brain surgeon's update for all that are removed, and are trained
 * on.
 *
 * The factors are those of the Fisher matrix, their labels drawn from the network (Martens and Grosse 2015). Choices
 * where the publication is not at hand: 1024 training examples, one label each, augmented as in training; 10⁻³ of the mean diagonal entry added to each diagonal; the update for all removed weights
 * together; one step of pruning; and the fine-tuning of magnitude pruning.
 */
export const mlprune: SparseMethod = {
  kind: 'sparse',
  name: 'mlprune',
  source: 'Zeng and Urtasun 2018',
  definition:
    'The dense network is trained; weights of highest w²/(2·[A⁻¹]_jj·[G⁻¹]_ii), A ⊗ G the Fisher matrix of a layer, are kept, updated for those removed, and trained on.',
  imagesOnly: true,
  phases: oneShotPhases,
  start: (context) => ({
    variables: [],
    beforePhase(phase) {
      if (phase === 1) prune(context);
    },
  }),
};

function prune(context: SparseContext): void {
  const { weights, keep } = context;
  const { training, batch: batchOf } = imagesOf(context);
  const examples = batchOf('factors', factorExamples);
  const batch = labelledByModel(context, examples, context.stream('labels'), training.batchSize);
  const factors = kroneckerFactors(context, batch, training.batchSize).map(({ inputs, outputs }) => {
    const pair = { a: damped(inputs.value, damping), g: damped(outputs.value, damping) };
    inputs.dispose();
    outputs.dispose();
    return pair;
  });
  const scores = context.values().map((values, l) => surgeonScores(values, factors[l]!.a, factors[l]!.g));
  const masks = highest(scores, keep);
  tf.tidy(() => {
    for (const [l, { weight, shape }] of weights.entries()) {
      const { a, g } = factors[l]!;
      const flat = [a.shape[0]!, g.shape[0]!];
      const mask = tf.tensor(Float32Array.from(masks[l]!), flat);
      weight.assign(tf.reshape(surgeonUpdate(tf.reshape(weight.value, flat) as Tensor, mask, a, g), [...shape]));
    }
  });
  for (const { a, g } of factors) tf.dispose([a, g]);
  context.setMasks(masks);
}
