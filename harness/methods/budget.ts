import { type Blueprint, totalParameters } from '../nn/blueprint.ts';
import type { Method } from './method.ts';

export interface ReachedBudget {
  /** The one rank scale s of all layers. */
  scale: number;
  /** Parameters of the compressed network over those of the dense one, both in full. */
  ratio: number;
}

const tolerance = 1e-6;

/**
 * The rank scale whose parameter ratio is closest to the budget, by bisection on [0, 1] (paper's code,
 * `compress_model`): it ends when the interval or the miss falls below 1e-6 and returns the closest point visited.
 */
export function findRankScale(blueprint: Blueprint, method: Method, budget: number): ReachedBudget {
  if (!method.compresses) return { scale: 1, ratio: 1 };
  const dense = totalParameters(blueprint);
  const ratioAt = (scale: number) => totalParameters(blueprint, (shape) => method.parameters(shape, scale)) / dense;
  let [low, high] = [0, 1];
  let best: ReachedBudget | undefined;
  while (high - low > tolerance) {
    const scale = (low + high) / 2;
    const ratio = ratioAt(scale);
    if (best === undefined || Math.abs(ratio - budget) < Math.abs(best.ratio - budget)) best = { scale, ratio };
    if (Math.abs(ratio - budget) < tolerance) break;
    if (ratio < budget) low = scale;
    else high = scale;
  }
  return best!;
}
