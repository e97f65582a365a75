import { tf } from '../../engine/tensorflow.ts';
import { filledVariable } from '../../engine/variable.ts';
import { gaussian } from '../../random.ts';
import { reactivate, walk } from '../../sparse/deep-rewiring.ts';
import { maskRandomlyByErk } from '../../sparse/random-masks.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/** α, the coefficient of ‖θ‖₁: the default of the authors' code for MNIST. */
const l1 = 1e-5;

/**
 * T of the noise √(2ηT)·ν. The authors' code for MNIST adds η·10⁻⁵·ν at a first learning rate η of 0.5, which is
 * √(2ηT)·ν at this T.
 */
const temperature = 2.5e-11;

/**
 * Deep rewiring (Bellec et al. 2018, algorithm 1): each connection has a fixed sign s and w = s·θ, active where θ > 0.
 * After each step of gradient descent, θ ← θ − ηα + √(2ηT)·ν of every active connection, ν ~ N(0, 1); those that fall
 * below zero become dormant, and as many dormant connections, each of the whole network equally likely, become active
 * at θ = 0 (10⁻¹² in the authors' code) and momentum zero. The number of active connections stays; the layers' shares
 * of it move. The last step does none of this, because what it activates would not be trained.
 *
 * A connection's sign is that of its initial weight, which is drawn symmetrically, whether it starts active or not. The
 * first active ones are random, of Erdős-Rényi-kernel densities, where the publication sets densities by hand.
 *
 * Settings for convolutional networks were not found: α and T are those of the authors' code for MNIST, and constant, so
 * that results say little of what the method can do where they do not suit. η is the step's learning rate. Gradient descent has the training's momentum and decay, which the publication does
 * without.
 */
export const deepR: SparseMethod = {
  kind: 'sparse',
  name: 'deep-r',
  source: 'Bellec et al. 2018',
  definition:
    'Connections w = s·θ of fixed signs; after each step θ ← θ − ηα + √(2ηT)·ν, those below zero go dormant, and as many random ones become active.',
  fewestKept: (layers) => layers,
  phases: (training) => [{ label: 'train', training }],
  start(context) {
    const { weights, keep } = context;
    const signs = weights.map(({ name, shape }) => filledVariable(`${name}.sign`, 'statistic', [...shape], 1));
    return {
      variables: signs,
      beforePhase() {
        context.values().forEach((values, l) => {
          const drawn = values.map((value) => (value < 0 ? -1 : 1));
          signs[l]!.assign(tf.tensor(drawn, [...weights[l]!.shape]));
        });
        maskRandomlyByErk(context);
      },
      afterStep({ step, steps, learningRate }) {
        if (step === steps) return;
        const [values, masks] = [context.values(), context.masks()];
        const layers = signs.map(({ value }, l) => ({ values: values[l]!, mask: masks[l]!, signs: value.dataSync() }));
        const noise = gaussian(keep, Math.sqrt(2 * learningRate * temperature), context.stream(`noise/${step}`));
        const deactivated = walk(layers, learningRate * l1, noise);
        weights.forEach(({ weight, shape }, l) => {
          weight.assign(tf.tensor(values[l]!, [...shape]));
        });
        if (deactivated === 0) return;
        // Set in between, so that a connection that comes back at once starts without momentum.
        context.setMasks(masks);
        reactivate(masks, deactivated, context.stream(`activate/${step}`));
        context.setMasks(masks);
      },
    };
  },
};
