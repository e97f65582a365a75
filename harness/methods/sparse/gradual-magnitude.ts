import { proportionalCounts } from '../../sparse/densities.ts';
import { hasNaN, updateInterval } from '../../sparse/rewiring.ts';
import { highest, magnitudes } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';
import { powerOf } from '../../tensor/root.ts';

/**
 * Evci et al. 2020, code for CIFAR-10: from step 20,000 to step 75,000 of 97,656, every 1000 steps. Zhu and Gupta leave
 * all three to the task, with 100 to 1000 steps between updates.
 */
const published = { begin: 20_000 / 97_656, end: 75_000 / 97_656, interval: 1000 };
/** Fewest updates. */
const fewestUpdates = 10;

/**
 * Gradual magnitude pruning (Zhu and Gupta 2017): the dense network is trained, and between two steps of that training
 * ever more of its weights are removed, those of smallest magnitude in each layer. After the share t of the steps
 * between, the part 1 − (1 − t)³ of all that is to go has gone, so that most goes early, while much is left. Every
 * layer keeps the same share of its weights, as published; rounding aside, and all together exactly the budget. What is
 * gone does not come back: masked weights stay zero here, where the authors' code keeps their values.
 *
 * The first layer takes part like all others, which the code for CIFAR-10 leaves dense.
 */
export const gradualMagnitude: SparseMethod = {
  kind: 'sparse',
  name: 'gradual-magnitude',
  source: 'Zhu and Gupta 2017',
  definition:
    'While the network trains, each layer loses its smallest weights, by the share t of the pruning steps 1 − (1 − t)³ of all that are to go.',
  fewestKept: (layers) => layers,
  phases: (training) => [{ label: 'train', training }],
  budgetMetAfter: (steps) => rampOf(steps).end,
  start: (context) => ({
    variables: [],
    beforePhase: () => undefined,
    afterStep({ step, steps }) {
      const progress = progressAt(step, steps);
      if (progress === null) return;
      const values = context.values();
      if (hasNaN(values)) return;
      const counts = keptAt(
        context.weights.map(({ size }) => size),
        context.keep,
        progress,
      );
      const masks = context.masks();
      context.setMasks(values.map((layer, l) => highest([magnitudes(layer)], counts[l]!, [masks[l]!])[0]!));
    },
  }),
};

/** The steps, counted from 1, after which pruning begins and ends, and those between two updates. */
function rampOf(steps: number): { begin: number; end: number; interval: number } {
  const begin = Math.round(published.begin * steps);
  const end = Math.max(1, Math.round(published.end * steps));
  return { begin, end, interval: updateInterval(end - begin, published.interval, fewestUpdates) };
}

/** t after a step that prunes, of a training of so many; null after any other. */
export function progressAt(step: number, steps: number): number | null {
  const { begin, end, interval } = rampOf(steps);
  if (step === end) return 1;
  if (step <= begin || step > end || (step - begin) % interval !== 0) return null;
  return (step - begin) / (end - begin);
}

/** Weights that each layer has left at t: size − (size − kept)·(1 − (1 − t)³), rounded, and all together `keep` at 1. */
export function keptAt(sizes: readonly number[], keep: number, progress: number): number[] {
  const last = proportionalCounts('gradual-magnitude', sizes, sizes, keep);
  const gone = 1 - powerOf(1 - progress, 3);
  return sizes.map((size, l) => Math.round(size - (size - last[l]!) * gone));
}
