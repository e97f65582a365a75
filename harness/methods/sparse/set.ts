import { maskRandomlyByErk } from '../../sparse/random-masks.ts';
import { cosineShare, rewire, updateInterval } from '../../sparse/rewiring.ts';
import { randomly } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/** Liu et al. 2021 (in-time over-parameterization): ΔT, and the share of the weights at first. */
const publishedInterval = 1500;
const initialShare = 0.5;
/** Fewest updates. */
const fewestUpdates = 10;

/**
 * Sparse evolutionary training (Mocanu et al. 2018), with the settings of Liu et al. 2021: a random mask of
 * Erdős-Rényi-kernel densities; every ΔT steps, in each layer, the share ½/2·(1 + cos(πt/T)) of the weights, those of
 * smallest magnitude, gives way to as many at random places. T is the training's length. ΔT is the published 1500
 * steps; a training too short for ten updates has a smaller one, and ten or a few more. The last step makes none.
 */
export const set: SparseMethod = {
  kind: 'sparse',
  name: 'set',
  source: 'Mocanu et al. 2018; Liu et al. 2021',
  definition:
    'A random mask; every ΔT steps the share ½/2·(1 + cos(πt/T)) of each layer’s weights, the smallest, gives way to random places.',
  fewestKept: (layers) => layers,
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase: () => maskRandomlyByErk(context),
    afterStep({ step, steps }) {
      if (step % updateInterval(steps, publishedInterval, fewestUpdates) !== 0 || step === steps) return;
      const uniform = context.stream(`grow/${step}`);
      rewire(
        context,
        cosineShare(initialShare, step, steps),
        (_layer, free, count) => randomly([free], count, uniform)[0]!,
      );
    },
  }),
};
