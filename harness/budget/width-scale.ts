import { UsageError } from '../errors.ts';
import { lowRank } from '../methods/low-rank.ts';
import type { NarrowMethod } from '../methods/narrow.ts';
import type { Sized } from '../shape/sized.ts';
import type { Budget } from './budget-unit.ts';
import { bisect, type Ratios, reachBudget } from './rank-scale.ts';

/**
 * The share of the widths, or the multiple of them, at which a dense network of other widths is nearest to the budget:
 * of parameters, or of the operations that the low-rank network of the budget takes. A rank scale stands for what the
 * low-rank network, or the one that the method is like, has there.
 *
 * @throws UsageError where the budget is on the other side of the dense network, or below one channel everywhere, naming
 *   the nearest one that it reaches
 */
export function widthScale(network: Sized, method: NarrowMethod, budget: Budget): number {
  const { ratioAt, target } =
    method.equal === 'macs' ? byMacs(network, method, budget) : byParameters(network, method, budget);
  const isWider = method.side === 'wider';
  const [least, most] = isWider ? [1, Number.POSITIVE_INFINITY] : [ratioAt(0), 1];
  const rounded = Number(target.toFixed(6));
  if (rounded > most || (isWider ? rounded : target) < least) {
    const nearest = rounded > most ? most : Math.ceil(least * 1e6) / 1e6;
    const what = method.equal === 'macs' ? 'operations' : 'parameters';
    const side = rounded > most ? 'above' : 'below';
    throw new UsageError(
      `method ${method.name}: budget ${budget.amount} asks for ${rounded} of the ${what} of ${network.name}, ${side} ` +
        `what a ${isWider ? 'wider' : 'thinner'} network has; the nearest share that it reaches is ${nearest}`,
    );
  }
  const found = bisect(ratioAt, isWider ? widthAbove(ratioAt, target) : 1, target);
  // Bisection comes near the end of the range but never to it.
  return Math.abs(1 - target) <= Math.abs(found.ratio - target) ? 1 : found.scale;
}

/** 2, doubled until it passes the target: parameters and operations grow with the widths without bound. */
function widthAbove(ratioAt: Ratios, target: number): number {
  let width = 2;
  while (ratioAt(width) <= target) width *= 2;
  return width;
}

interface Search {
  ratioAt: Ratios;
  target: number;
}

function byParameters(network: Sized, { like = lowRank }: NarrowMethod, { amount, unit }: Budget): Search {
  const { parameters } = network.dense;
  return {
    ratioAt: (scale) => network.narrowed(scale).dense.parameters / parameters,
    target: unit === 'rank-scale' ? network.parameters(like, amount) / parameters : amount,
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
