import type { ProductSeries } from '../../spec/normalization.ts';
import { mean } from '../../statistics/moments.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { Norms } from './norm-trace.ts';

/** Most points of a series: more would not show in a plot. */
const most = 100;

/**
 * What a record keeps of a trace: means over the layers of ‖UVᵀ‖_F and of η/‖UVᵀ‖²_F (Khodak et al. 2021, section 3.2),
 * η the rate of the step that led there.
 *
 * @param done steps; later ones have no norms
 * @param rateAt the learning rate of a step, counted from 0
 */
export function seriesOf(trace: Norms, done: number, rateAt: (step: number) => number): ProductSeries {
  const count = Math.min(most, done);
  const steps = Array.from({ length: count }, (_, index) => Math.round(((index + 1) * done) / count));
  const meanOf = (step: number, of: (norm: number) => number) =>
    finiteOrNull(mean([...trace.at(step)].map(of)) ?? Number.NaN);
  return {
    steps,
    norms: steps.map((step) => meanOf(step, (norm) => norm)),
    effective_learning_rates: steps.map((step) => meanOf(step, (norm) => rateAt(step - 1) / norm ** 2)),
  };
}
