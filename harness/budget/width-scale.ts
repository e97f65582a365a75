import { UsageError } from '../errors.ts';
import { lowRank } from '../methods/low-rank.ts';
import type { NarrowMethod } from '../methods/narrow.ts';
import type { Sized } from '../shape/sized.ts';
import type { Budget } from './budget-unit.ts';
import { bisect, type Ratios, reachBudget } from './rank-scale.ts';

/**
 * The share of the widths at which a thinner dense network is nearest to the budget: of parameters, or of the
 * operations that the low-rank network of the budget takes. A rank scale stands for what the low-rank network has
 * there.
 *
 * @throws UsageError where the budget is above the dense network or below one channel everywhere, naming the nearest
 *   one that it reaches
 */
export function widthScale(network: Sized, method: NarrowMethod, budget: Budget): number {
  const { ratioAt, target } = method.equal === 'macs' ? byMacs(network, method, budget) : byParameters(network, budget);
  const [smallest, rounded] = [ratioAt(0), Number(target.toFixed(6))];
  if (rounded > 1 || target < smallest) {
    const nearest = rounded > 1 ? 1 : Math.ceil(smallest * 1e6) / 1e6;
    const what = method.equal === 'macs' ? 'operations' : 'parameters';
    const side = rounded > 1 ? 'above' : 'below';
    throw new UsageError(
      `method ${method.name}: budget ${budget.amount} asks for ${rounded} of the ${what} of ${network.name}, ${side} ` +
        `what a thinner network has; the nearest share that it reaches is ${nearest}`,
    );
  }
  const found = bisect(ratioAt, 1, target);
  // Bisection comes near the end of the range but never to it.
  return Math.abs(1 - target) <= Math.abs(found.ratio - target) ? 1 : found.scale;
}

interface Search {
  ratioAt: Ratios;
  target: number;
}

function byParameters(network: Sized, { amount, unit }: Budget): Search {
  const { parameters } = network.dense;
  return {
    ratioAt: (scale) => network.narrowed(scale).dense.parameters / parameters,
    target: unit === 'rank-scale' ? network.parameters(lowRank, amount) / parameters : amount,
  };
}

function byMacs(network: Sized, { name }: NarrowMethod, budget: Budget): Search {
  const { macs } = network.dense;
  const { scale } = reachBudget(network, { ...lowRank, name }, budget);
  return {
    ratioAt: (width) => network.narrowed(width).dense.macs / macs,
    target: network.operations(lowRank, scale).macs / macs,
  };
}
