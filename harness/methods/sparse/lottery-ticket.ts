import { tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../../engine/variable.ts';
import { keptAfterRound, pruningRounds } from '../../sparse/iterative.ts';
import { highest, magnitudes } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/** Step to rewind to, as a share of the training: epoch 5 of 160 (Wang et al. 2020, "reset to epoch 5"). */
const rewindShare = 5 / 160;

/**
 * The lottery ticket by iterative magnitude pruning with rewinding (Frankle and Carbin 2019; Frankle et al. 2020): the
 * dense network is trained; in each of n rounds the weights of largest magnitude over all layers and among those that
 * are left are kept, (keep/total)^(1/n) of them, the network is rewound to an early step k of the first training, and
 * trained again under the mask. The published rounds prune a fifth each, as many as the budget needs: here a fifth at
 * most, because the share follows from the budget, which is met exactly. Of a shortened training there are three rounds
 * at most (`pruningRounds`), which prune more each.
 *
 * Rewound are weights, biases, normalizations and their running statistics. Each round takes the whole training from
 * its first learning rate on and from zero momentum, not the steps after k only. k is 5/160 of the training's steps,
 * one at least: at the published learning rate of 0.1, tickets that are reset to the initialization itself do not win
 * in deeper networks (Frankle et al. 2020).
 */
export const lotteryTicket: SparseMethod = {
  kind: 'sparse',
  name: 'lottery-ticket',
  source: 'Frankle and Carbin 2019; Frankle et al. 2020',
  definition:
    'In each of n rounds the network is trained, its largest weights are kept, (keep/total)^(1/n) of them, and it is rewound to an early step.',
  phases: (training, share) => [
    { label: 'dense', training },
    ...Array.from({ length: pruningRounds(training.epochs, share) }, (_, i) => ({ label: `round ${i + 1}`, training })),
  ],
  start(context) {
    const total = context.weights.reduce((sum, { size }) => sum + size, 0);
    const rounds = pruningRounds(context.training.epochs, context.keep / total);
    const early = new Map<Variable, Variable>(
      context.variables.map((variable) => [
        variable,
        filledVariable(`${variable.name}.early`, 'statistic', variable.value.shape, 0),
      ]),
    );
    return {
      variables: [...early.values()],
      beforePhase(phase) {
        if (phase === 0) return;
        const kept = keptAfterRound(phase, rounds, total, context.keep);
        const masks = highest(context.values().map(magnitudes), kept, context.masks());
        for (const [variable, value] of early) variable.assign(tf.clone(value.value));
        context.setMasks(masks);
      },
      afterStep({ phase, step, steps }) {
        if (phase !== 0 || step !== rewindStep(steps)) return;
        for (const [variable, value] of early) value.assign(tf.clone(variable.value));
      },
    };
  },
};

/** k in a training of so many steps. */
export function rewindStep(steps: number): number {
  return Math.max(1, Math.round(rewindShare * steps));
}
