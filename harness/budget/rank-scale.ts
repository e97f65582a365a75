import { UsageError } from '../errors.ts';
import type { LayerMethod } from '../nn/layer-method.ts';
import type { Sized } from '../shape/sized.ts';
import type { Budget } from './budget-unit.ts';

export interface ReachedBudget {
  /** The one rank scale s of all layers. */
  scale: number;
  /** Parameters of the network under the method over those of the dense one, both in full. */
  ratio: number;
}

/** @throws UsageError where the method does not reach the budget */
export function reachBudget(network: Sized, method: LayerMethod, { amount, unit }: Budget): ReachedBudget {
  if (!method.compresses) return { scale: 1, ratio: 1 };
  const ratioAt = ratiosOf(network, method);
  if (unit === 'parameters') {
    const largest = searchedScale(ratioAt, method, amount);
    refuseOutOfReach(network.name, method, amount, { ratioAt, largest });
    return bisect(ratioAt, largest, amount);
  }
  const largest = method.largestScale ?? 1;
  if (amount <= largest) return { scale: amount, ratio: ratioAt(amount) };
  throw new UsageError(
    `method ${method.name}: rank scale ${amount} is above ${largest}, the largest that it has; the nearest budget ` +
      `that it reaches is ${largest}`,
  );
}

/** The rank scale whose parameter ratio is closest to the budget. */
export function findRankScale(network: Sized, method: LayerMethod, budget: number): ReachedBudget {
  if (!method.compresses) return { scale: 1, ratio: 1 };
  const ratioAt = ratiosOf(network, method);
  return bisect(ratioAt, searchedScale(ratioAt, method, budget), budget);
}

/** What a scale keeps, as a share of the dense network; it must not fall as the scale grows. */
export type Ratios = (scale: number) => number;

function ratiosOf(network: Sized, method: LayerMethod): Ratios {
  return (scale) => network.parameters(method, scale) / network.dense.parameters;
}

/**
 * The end of the search: 1, doubled until it passes the budget, parameters no longer grow, or the method has no more.
 */
function searchedScale(ratioAt: Ratios, { largestScale = 1 }: LayerMethod, budget: number): number {
  if (largestScale <= 1) return largestScale;
  let scale = 1;
  let ratio = ratioAt(scale);
  while (ratio < budget && scale < largestScale) {
    const next = Math.min(2 * scale, largestScale);
    const grown = ratioAt(next);
    if (grown <= ratio) return scale;
    [scale, ratio] = [next, grown];
  }
  return scale;
}

/** A layer keeps rank 1 at least and that of the largest scale at most, and the rest of the network is dense. */
function refuseOutOfReach(
  network: string,
  method: LayerMethod,
  budget: number,
  { ratioAt, largest }: { ratioAt: Ratios; largest: number },
): void {
  const scales = Array.from({ length: 11 }, (_, i) => (largest * i) / 10);
  const ratios = scales.map(ratioAt);
  const fall = ratios.findIndex((ratio, i) => i > 0 && ratio < ratios[i - 1]!);
  if (fall !== -1) {
    const [from, to] = [scales[fall - 1], scales[fall]];
    throw new UsageError(`method ${method.name}: its parameters fall from rank scale ${from} to ${to}; let them grow`);
  }
  const [smallest, most] = [ratios[0]!, ratios[10]!];
  if (budget >= smallest && budget <= most) return;
  const below = budget < smallest;
  // Rounded inwards, so that the budget named is itself reached.
  const nearest = below ? Math.ceil(smallest * 1e6) / 1e6 : Math.floor(most * 1e6) / 1e6;
  throw new UsageError(
    `method ${method.name}: budget ${budget} is ${below ? 'below' : 'above'} what ${network} keeps at ` +
      `${below ? 'rank 1' : `rank scale ${largest}`}; the nearest budget that it reaches is ${nearest}`,
  );
}

const tolerance = 1e-6;

/**
 * Bisection on [0, largest] (paper's code, `compress_model`, on [0, 1]): it ends when the interval or the miss falls
 * below 1e-6 and returns the closest point visited.
 */
export function bisect(ratioAt: Ratios, largest: number, budget: number): ReachedBudget {
  let [low, high] = [0, largest];
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
