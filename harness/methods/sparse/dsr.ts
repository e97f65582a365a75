import { tf } from '../../engine/tensorflow.ts';
import { filledVariable } from '../../engine/variable.ts';
import { proportionalCounts } from '../../sparse/densities.ts';
import { maskRandomly } from '../../sparse/random-masks.ts';
import { adaptedThreshold, reallocate, survivors } from '../../sparse/reallocation.ts';
import { updateInterval } from '../../sparse/rewiring.ts';
import { ones } from '../../sparse/selection.ts';
import type { SparseMethod } from '../../sparse/sparse-method.ts';

/** Fewest steps between two updates: a place that was just grown has to pass H at the next one. */
const leastInterval = 10;
/** H before the first update. */
const initialThreshold = 1e-3;
/** What an update should drop, of all weights of the dense network. */
const targetShare = 0.01;
/** What an update should drop at most, of the kept weights. */
const largestShare = 0.1;

/** Steps between two updates at first, P. */
const publishedInterval = 100;
/**
 * P over the first one, by the share of the training until which it holds: epochs 40, 80, 120 and 160 of 200. Each
 * stage is a fifth of the training.
 */
const stages = [
  { until: 40 / 200, times: 1 },
  { until: 80 / 200, times: 2 },
  { until: 120 / 200, times: 4 },
  { until: 160 / 200, times: 8 },
];
/** Updates of the first stage that leave the last one, of eight times the steps between two, one. */
const fewestUpdates = 7;

/**
 * Dynamic sparse reparameterization (Mostafa and Wang 2019), on the schedule of its wide residual networks: a random
 * mask of one density; every P steps, all weights with |w| < H, one threshold for all layers, are dropped, H is doubled
 * or halved where fewer than 0.9 or more than 1.1 of the target were, and as many weights are grown at random places,
 * shared out to the layers in proportion to what they have left (`reallocate`). P starts at 100 and doubles at a fifth,
 * two and three fifths of the training; in the last fifth the mask stays.
 *
 * Adapted: in a training so short that the last P would pass its stage, P starts lower, and doubles alike, but is ten
 * steps at least. The target is 1 % of the dense network's weights, but not more than a tenth of the
 * kept ones, which it comes to where a tenth is kept: it would replace most of a sparser network at once. First
 * convolution, shortcuts and classifier take part, which the published networks leave dense. Grown places may be ones
 * dropped in the same update, which the authors' code excludes. The batch size of 100 is the default of their code.
 */
export const dsr: SparseMethod = {
  kind: 'sparse',
  name: 'dsr',
  source: 'Mostafa and Wang 2019',
  definition:
    'A random mask; every P steps weights below one threshold H are dropped, and as many are grown at random, shared out to layers by what they have left.',
  fewestKept: (layers) => layers,
  phases: (training) => [{ label: 'train', training }],
  start(context) {
    const sizes = context.weights.map(({ size }) => size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const target = Math.min(targetShare * total, largestShare * context.keep);
    const threshold = filledVariable('dsr.threshold', 'statistic', [], initialThreshold);
    return {
      variables: [threshold],
      beforePhase() {
        const counts = proportionalCounts('dsr', sizes, sizes, context.keep);
        maskRandomly(context, counts);
      },
      afterStep({ step, steps }) {
        const interval = intervalAt(step, steps);
        if (interval === null || step % interval !== 0) return;
        const h = threshold.value.dataSync()[0]!;
        const left = survivors(context.values(), context.masks(), h);
        const dropped = context.keep - left.reduce((sum, mask) => sum + ones(mask), 0);
        threshold.assign(tf.scalar(adaptedThreshold(h, dropped, target)));
        reallocate(context, left, context.stream(`grow/${step}`));
      },
    };
  },
};

/** P at a step of a training of so many; null where the mask stays. */
export function intervalAt(step: number, steps: number): number | null {
  const stage = stages.find(({ until }) => step < until * steps);
  if (stage === undefined) return null;
  const first = updateInterval(steps / 5, publishedInterval, fewestUpdates);
  return Math.max(leastInterval, stage.times * first);
}
