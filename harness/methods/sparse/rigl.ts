import { maskRandomlyByErk } from '../../sparse/random-masks.ts';
import { cosineShare, hasNaN, rewire, updateInterval } from '../../sparse/rewiring.ts';
import { highest, magnitudes } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/** ΔT of Evci et al. 2020 on CIFAR-10. */
const publishedInterval = 100;
/** Fewest updates. */
const fewestUpdates = 10;
/** α. */
const initialShare = 0.3;
/** T_end as a share of the training: no updates in its last quarter. */
const updatedShare = 3 / 4;

/**
 * RigL (Evci et al. 2020, algorithm 1): a random mask of Erdős-Rényi-kernel densities; every ΔT steps until T_end, in
 * each layer, the share α/2·(1 + cos(πt/T_end)) of the weights, those of smallest magnitude, gives way to as many where
 * |∂L/∂w| is largest. ΔT is the published 100 steps; a training too short for ten updates has a smaller one, and ten or
 * a few more.
 *
 * The gradients are dense, of the step's own batch, at the weights as the step leaves them and before any is dropped.
 * Places that are dropped in the same update may grow again (the algorithm grows outside of what is left after the
 * drop), and start from zero like all others: the algorithm says so, while the authors' code lets these keep weight and
 * momentum. Their code also replaces the step by the update; here the update follows it. Each update computes one more
 * batch, counted.
 */
export const rigl: SparseMethod = {
  kind: 'sparse',
  name: 'rigl',
  source: 'Evci et al. 2020, algorithm 1',
  definition:
    'A random mask; every ΔT steps the share α/2·(1 + cos(πt/T_end)) of each layer’s weights, the smallest, gives way to places of largest |∂L/∂w|.',
  fewestKept: (layers) => layers,
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase: () => maskRandomlyByErk(context),
    afterStep({ step, steps, batch }) {
      const end = updatedShare * steps;
      if (step % updateInterval(end, publishedInterval, fewestUpdates) !== 0 || step >= end) return;
      const gradients = context.gradients(batch);
      if (hasNaN(gradients)) return;
      rewire(
        context,
        cosineShare(initialShare, step, end),
        (layer, free, count) => highest([magnitudes(gradients[layer]!)], count, [free])[0]!,
      );
    },
  }),
};
